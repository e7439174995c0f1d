#include "watch/rule_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "detect/load.h"
#include "detect/problem.h"

namespace picket::watch {
namespace fs = std::filesystem;

namespace {

/// Of a file that was there before the folder above it could not be opened any more.
detect::Problem unreachable(const std::string& file, const detect::Problem& folder) {
  return {detect::Problem::Severity::kError, file, "", Error(ErrorKind::kInvalidInput, fmt::format("The file is out of reach. {}: {}", folder.file, folder.error.message))};
}

}  // namespace

std::string RuleFolder::signature() const {
  std::string out;
  const auto add = [&](const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    const auto time = fs::last_write_time(path, error).time_since_epoch().count();
    // what may be read from now on is as good as something else
    out += fmt::format("{} {} {} {}\n", path.string(), size, time, ::access(path.c_str(), R_OK) == 0);
  };
  if (!placeholders_file_.empty()) add(placeholders_file_);
  std::vector<fs::path> files;
  for (const fs::path& path : paths_) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      add(path);
      continue;
    }
    files.clear();
    for (fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error), end; at != end && !error; at.increment(error))
      if (std::error_code ignored; at->path().extension() == ".yml" || at->path().extension() == ".yaml" || at->is_directory(ignored)) files.push_back(at->path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) add(file);
  }
  return out;
}

bool RuleFolder::changed() const { return !(paths_.empty() && placeholders_file_.empty()) && signature() != seen_; }

Status RuleFolder::read() {
  const bool first = std::exchange(seen_, signature()).empty();  // also when it cannot be read: that is told once
  auto filled = detect::load_placeholders(placeholders_file_);
  if (!filled && first) return fail(filled.error().error.kind, detect::to_text(filled.error()));
  PICKET_ASSIGN(std::vector<detect::FileText> files, detect::read_rule_files(paths_));
  const std::vector<Source> before = std::exchange(sources_, {});
  problems_.clear();
  if (filled) {
    placeholders_ = std::move(*filled);
  } else {
    filled.error().error.message += " The lists stay as they were before.";
    problems_.push_back(std::move(filled.error()));
  }
  for (detect::FileText& file : files) {
    if (file.passed_over()) {
      for (const Source& known : before)
        if (known.file.starts_with(file.file + "/")) sources_.push_back({Origin::kFolder, known.file, {}, {}, unreachable(known.file, *file.problem)});
      problems_.push_back(std::move(*file.problem));
    } else {
      sources_.push_back({Origin::kFolder, file.file, {}, std::move(file.text), std::move(file.problem)});
    }
  }
  return {};
}

}  // namespace picket::watch
