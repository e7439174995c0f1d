#include "detect/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace picket::detect {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 1 << 20;

FileText passed_over(const fs::path& path, std::string message) {
  return {path.string(), {}, Problem{Problem::Severity::kWarning, path.string(), "", Error(ErrorKind::kInvalidInput, std::move(message))}};
}

/// Why a folder cannot be opened; empty when it can be.
std::string closed(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator opened(folder, error);
  return error ? error.message() : std::string();
}

Result<std::vector<fs::path>> files_of(const fs::path& path, std::vector<FileText>& passed) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return fail(ErrorKind::kNotFound, fmt::format("There is no file or folder {}.", path.string()));
  if (!fs::is_directory(status)) return std::vector{path};
  if (const std::string why = closed(path); !why.empty()) return fail(ErrorKind::kNotFound, fmt::format("The folder {} cannot be read: {}.", path.string(), why));
  std::vector<fs::path> out;
  // links to folders are not followed, so that there is no circle
  for (fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error), end; at != end && !error; at.increment(error)) {
    std::error_code ignored;  // what an entry is decides nothing about the others
    const std::string extension = at->path().extension().string();
    const bool named = extension == ".yml" || extension == ".yaml";
    if (at->is_directory(ignored)) {
      if (at->is_symlink(ignored))
        passed.push_back(passed_over(at->path(), "The link to a folder is not followed, so its rules are left out. Name the folder itself."));
      else if (const std::string why = closed(at->path()); !why.empty())
        passed.push_back(passed_over(at->path(), fmt::format("The folder cannot be read, so its rules are left out: {}.", why)));
    } else if (named && at->is_regular_file(ignored)) {
      out.push_back(at->path());
    } else if (named) {
      passed.push_back(passed_over(at->path(), "This is no file that can be read, so it is left out."));
    }
  }
  if (error) return fail(ErrorKind::kNotFound, fmt::format("The folder {} cannot be read: {}.", path.string(), error.message()));
  std::sort(out.begin(), out.end());
  return out;
}

FileText read_file(const fs::path& path) {
  const auto refused = [&](std::string message) {
    Problem problem{Problem::Severity::kError, path.string(), "", Error(ErrorKind::kInvalidInput, std::move(message))};
    problem.error.place = TextPlace{1, 1};
    return FileText{path.string(), {}, std::move(problem)};
  };
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > kMaxFile) return refused(fmt::format("The file is {} bytes long; at most {} are allowed.", size, kMaxFile));
  std::ifstream in(path, std::ios::binary);
  // one byte more than allowed tells a pipe or a growing file from one that fits
  std::string text((error ? kMaxFile : size) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.is_open() || (in.gcount() == 0 && !in.eof())) return refused("The file cannot be read.");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return {path.string(), std::move(text), {}};
}

}  // namespace

Result<std::vector<FileText>> read_rule_files(const std::vector<fs::path>& paths) {
  std::vector<FileText> out;
  for (const fs::path& path : paths) {
    PICKET_ASSIGN(const std::vector<fs::path> found, files_of(path, out));
    for (const fs::path& file : found) out.push_back(read_file(file));
  }
  return out;
}

Result<LoadedRules> load_rules(const std::vector<fs::path>& paths, const Placeholders& placeholders, const LinkOptions& options) {
  LoadedRules out;
  PICKET_ASSIGN(std::vector<FileText> texts, read_rule_files(paths));
  std::vector<RuleFile> files;
  for (FileText& text : texts) {
    if (!text.passed_over()) ++out.files;
    files.push_back(text.problem ? RuleFile() : read_rules(text.text, text.file, placeholders));
    if (text.problem) files.back().problems.push_back(std::move(*text.problem));
  }
  out.rules = std::make_shared<const RuleSet>(RuleSet::link(std::move(files), out.problems, options));
  return out;
}

tl::expected<Placeholders, Problem> load_placeholders(const fs::path& path) {
  if (path.empty()) return Placeholders();
  const auto refused = [&](Error error) { return tl::unexpected(Problem{Problem::Severity::kError, path.string(), "", std::move(error)}); };
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return refused(Error(ErrorKind::kNotFound, "This is a folder; placeholders are filled from one file."));
  if (!fs::exists(path, ignored)) return refused(Error(ErrorKind::kNotFound, "There is no such file."));
  FileText file = read_file(path);
  if (file.problem) return tl::unexpected(std::move(*file.problem));
  auto out = read_placeholders(file.text);
  if (!out) return refused(std::move(out).error());
  return std::move(*out);
}

Result<ExampleFile> load_examples(const std::vector<fs::path>& paths) {
  ExampleFile out;
  PICKET_ASSIGN(const std::vector<FileText> texts, read_rule_files(paths));
  for (const FileText& text : texts) {
    ExampleFile own = read_examples(text.text, text.file);
    std::move(own.rules.begin(), own.rules.end(), std::back_inserter(out.rules));
    std::move(own.problems.begin(), own.problems.end(), std::back_inserter(out.problems));
  }
  return out;
}

}  // namespace picket::detect
