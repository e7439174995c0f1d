#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace picket::detect {

/// A regular expression of RE2: linear time, no look-around, no back references. Threads: matching from any.
class Regex {
 public:
  explicit Regex(const std::string& pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  /// Whether it occurs anywhere in the text.
  bool search(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Why RE2 refuses the pattern; nothing when it takes it.
std::optional<std::string> regex_problem(const std::string& pattern);

}  // namespace picket::detect
