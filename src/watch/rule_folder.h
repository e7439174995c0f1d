#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/placeholders.h"
#include "detect/rule.h"
#include "watch/book.h"

namespace picket::watch {

/// Folders of rule files that people edit while Picket runs, and the file of placeholders: their texts as they are now. Threads: one at a time.
class RuleFolder {
 public:
  /// `placeholders`: file with what `expand` fills in, for all rules; empty for none.
  RuleFolder(std::vector<std::filesystem::path> paths, std::filesystem::path placeholders) : paths_(std::move(paths)), placeholders_file_(std::move(placeholders)) {}

  /// Whether a file came, went or changed since the last `read`. Looks at names, sizes, times and at what may be read only.
  bool changed() const;
  /// Errors: kNotFound when a path is not there; what was in force stays. Lists that cannot be read are an error the first time and a problem
  /// later, when those from before stay.
  Status read();

  const detect::Placeholders& placeholders() const { return placeholders_; }
  const std::vector<Source>& sources() const { return sources_; }
  /// Lists that cannot be read now; warnings of what was passed over. What is wrong with a rule is the book's to tell.
  const std::vector<detect::Problem>& problems() const { return problems_; }

 private:
  std::string signature() const;
  std::vector<std::filesystem::path> paths_;
  std::filesystem::path placeholders_file_;
  detect::Placeholders placeholders_;
  std::string seen_;
  std::vector<Source> sources_;
  std::vector<detect::Problem> problems_;
};

}  // namespace picket::watch
