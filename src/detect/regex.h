#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace picket::detect {

/// A regular expression of RE2: linear time, no look-around, no back references. Threads: matching from any.
/// A step of linear time is as long as the expression is large, where RE2 finds no quicker way; so the larger it is, the less of a text it looks at.
class Regex {
 public:
  explicit Regex(const std::string& pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  /// Whether it occurs in the first `most` bytes of the text; `$` is the end of all of it.
  bool search(std::string_view text, std::size_t most = std::string_view::npos) const;
  /// Bytes of one event's values that it may look at.
  std::size_t reach() const { return reach_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::size_t reach_ = 0;
};

/// Why RE2 refuses the pattern; nothing when it takes it.
std::optional<std::string> regex_problem(const std::string& pattern);

}  // namespace picket::detect
