#include "detect/problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace picket::detect {

std::string to_text(const Problem& problem, std::string_view file_text) {
  constexpr std::size_t kMaxLine = 200;
  const TextPlace place = problem.error.place.value_or(TextPlace{1, 1});
  std::string out = fmt::format("{}:{}:{}: {}: {}", problem.file, place.line, place.column,
                                problem.severity == Problem::Severity::kError ? "error" : "warning", problem.error.message);
  if (file_text.empty()) return out;
  for (int line = 1; line < place.line && !file_text.empty(); ++line) {
    const std::size_t end = file_text.find('\n');
    file_text.remove_prefix(end == std::string_view::npos ? file_text.size() : end + 1);
  }
  std::string row(file_text.substr(0, file_text.find('\n')));
  if (row.empty() || row.size() > kMaxLine) return out;
  for (char& c : row)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';  // tabs, and nothing that moves a terminal
  return fmt::format("{}\n  {}\n  {}^", out, row, std::string(static_cast<std::size_t>(std::max(0, place.column - 1)), ' '));
}

}  // namespace picket::detect
