#pragma once

#include <string_view>

namespace picket::codec {

/// Whether the text is written as a country code of ISO 3166-1 (two capitals); whether such a country exists
/// is not asked.
bool is_country_code(std::string_view text);

/// The code of a country by its English name as ISO 3166-1 or common use has it ("Sweden", "Russia"); a code
/// is answered with itself; empty when the name is not known. The names are those of Debian's iso-codes at
/// build time. Threads: any. The view lives for ever or as long as `name`.
std::string_view country_code(std::string_view name);

}  // namespace picket::codec
