#pragma once

#include <string_view>

namespace picket::connector {

/// Whether `pattern` is a regular expression at all.
bool readable_pattern(std::string_view pattern);

/// Whether `pattern` (ECMAScript, as the browser's `new RegExp(pattern).test(text)`) is found in `text`. `^`
/// and `$` are the ends of the whole text. Work is bounded: a text that would cost too much does not fit, nor
/// does anything fit an unreadable pattern. Over bytes: a pattern should name ASCII only. `text` is hostile.
/// Threads: any.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace picket::connector
