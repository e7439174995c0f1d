#include "detect/problem.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/terminal_text.h"

namespace picket::detect {

std::string to_text(const Problem& problem, std::string_view file_text) {
  constexpr std::size_t kMaxLine = 200;
  const TextPlace place = problem.error.place.value_or(TextPlace{1, 1});
  const std::string file = terminal_text(problem.file);
  const std::string where = problem.error.place ? fmt::format("{}:{}:{}", file, place.line, place.column) : file;
  std::string out = fmt::format("{}: {}: {}", where, problem.severity == Problem::Severity::kError ? "error" : "warning",
                                terminal_text(problem.error.message));
  if (!problem.error.place) return out;
  if (file_text.empty()) return out;
  for (int line = 1; line < place.line && !file_text.empty(); ++line) {
    const std::size_t end = file_text.find('\n');
    file_text.remove_prefix(end == std::string_view::npos ? file_text.size() : end + 1);
  }
  std::string row(file_text.substr(0, file_text.find('\n')));
  if (row.empty() || row.size() > kMaxLine) return out;
  for (std::size_t i = 0; i < row.size(); ++i) {  // tabs, and nothing that moves a terminal; the caret stays below its character
    if (static_cast<unsigned char>(row[i]) < 0x20 || row[i] == 0x7f) row[i] = ' ';
    if (row[i] == '\xc2' && i + 1 < row.size() && static_cast<unsigned char>(row[i + 1]) < 0xa0) row.replace(i, 2, " ");
  }
  return fmt::format("{}\n  {}\n  {}^", out, row, std::string(static_cast<std::size_t>(std::max(0, place.column - 1)), ' '));
}

}  // namespace picket::detect
