#pragma once

#include <string>
#include <string_view>

namespace picket::detect {

/// Simple case folding (Unicode, CaseFolding.txt status C and S) of UTF-8: one code point gives one code point, so "İ" stays and
/// "ß" is not "ss", but "ẞ" is "ß". Bytes that are no UTF-8 stay as they are. Threads: any.
std::string fold_case(std::string_view text);
/// Appends the folded text to `out`.
void append_folded(std::string& out, std::string_view text);

/// Writes the folded text to `out`, which has room for `text`, when all of it is ASCII; else false, and `out` is anything.
bool fold_ascii(char* out, std::string_view text);

/// Whether every byte is below 0x80.
bool is_ascii(std::string_view text);

/// As `text.find(part, from)`, in time that grows with their lengths added and not multiplied.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t from = 0);

/// Length in bytes of the character at the front of `text`, which is not empty; 1 for a byte that begins none.
std::size_t character_length(std::string_view text);

}  // namespace picket::detect
