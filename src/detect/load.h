#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/examples.h"
#include "detect/rule_set.h"

namespace picket::detect {

struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;
  std::vector<Problem> problems;
  std::size_t files = 0;
};

/// A file of rules as it lies on the disk. What cannot be read has a problem and no text; a problem that is a warning is about something
/// that was passed over: a folder that cannot be opened, a link to a folder.
struct FileText {
  std::string file, text;
  std::optional<Problem> problem;
  bool passed_over() const { return problem && problem->severity == Problem::Severity::kWarning; }
};

/// Every file named, and of every folder named the `.yml` and `.yaml` files below it, in order of their names. Errors: kNotFound
/// when a path is not there or cannot be read.
Result<std::vector<FileText>> read_rule_files(const std::vector<std::filesystem::path>& paths);

/// Reads every file named, and of every folder named the `.yml` and `.yaml` files below it, in order of their names. What is
/// wrong with a file or a rule is a problem. Errors: kNotFound when a path is not there or cannot be read.
Result<LoadedRules> load_rules(const std::vector<std::filesystem::path>& paths, const Placeholders& placeholders = {}, const LinkOptions& options = {});

/// See read_placeholders; of a file of at most 1 MiB, nothing for an empty path. What is wrong is a problem of the file: kNotFound when it cannot be read.
tl::expected<Placeholders, Problem> load_placeholders(const std::filesystem::path& path);

/// The examples in the same files. They are read apart, since only who tries rules wants them. Errors: as `load_rules`; a file that
/// `load_rules` refuses has no examples.
Result<ExampleFile> load_examples(const std::vector<std::filesystem::path>& paths);

}  // namespace picket::detect
