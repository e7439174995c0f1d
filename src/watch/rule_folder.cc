#include "watch/rule_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "detect/load.h"
#include "detect/problem.h"
#include "detect/rule_reader.h"

namespace picket::watch {
namespace fs = std::filesystem;
using detect::Problem;

std::string RuleFolder::signature() const {
  std::string out;
  const auto add = [&](const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    const auto time = fs::last_write_time(path, error).time_since_epoch().count();
    out += fmt::format("{} {} {}\n", path.string(), size, time);
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
      if (at->path().extension() == ".yml" || at->path().extension() == ".yaml") files.push_back(at->path());
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
  sources_.clear();
  problems_.clear();
  problem_lines_.clear();
  if (filled) {
    placeholders_ = std::move(*filled);
  } else {
    filled.error().error.message += " The lists stay as they were before.";
    problems_.push_back(std::move(filled.error()));
    problem_lines_.emplace_back();
  }
  std::map<std::string, std::string> good;
  for (detect::FileText& file : files) {
    if (file.passed_over()) {
      problems_.push_back(std::move(*file.problem));
      problem_lines_.emplace_back();
      continue;
    }
    std::vector<Problem> errors;
    if (file.problem) {
      errors.push_back(std::move(*file.problem));
    } else {
      for (Problem& problem : detect::read_rules(file.text, file.file, placeholders_).problems)
        if (problem.severity == Problem::Severity::kError) errors.push_back(std::move(problem));
    }
    const auto before = good_.find(file.file);
    // the same text is wrong only when its placeholders are gone; then there is nothing to go back to
    if (!errors.empty() && before != good_.end() && before->second != file.text) {
      for (Problem& problem : errors) {
        problem_lines_.push_back(line_at(file.text, problem.error.place));
        problem.error.message += " The file's rules stay in force as they were before.";
        problems_.push_back(std::move(problem));
      }
      file.text = before->second;
      errors.clear();
    } else if (file.problem) {
      std::move(errors.begin(), errors.end(), std::back_inserter(problems_));
      problem_lines_.resize(problems_.size());
      continue;
    }
    if (errors.empty()) good.emplace(file.file, file.text);
    sources_.push_back({Origin::kFolder, file.file, {}, std::move(file.text)});
  }
  good_ = std::move(good);
  return {};
}

}  // namespace picket::watch
