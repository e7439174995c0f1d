#include "detect/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace picket::detect {
namespace {

constexpr std::size_t kMaxPattern = 16 * 1024;
constexpr int kMaxProgram = 10'000;  // instructions; `.{1000,}` has 8,006
constexpr std::size_t kMaxSteps = 16 << 20, kLeastReach = 4096;

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_max_mem(1 << 20);  // for the program and its states; beyond that RE2 gets slower, not larger
  return out;
}

}  // namespace

struct Regex::Impl {
  explicit Impl(const std::string& pattern) : re(pattern, options()) {}
  RE2 re;
};

Regex::Regex(const std::string& pattern) : impl_(std::make_unique<Impl>(pattern)) {
  if (impl_->re.ok()) reach_ = std::max(kLeastReach, kMaxSteps / static_cast<std::size_t>(std::max(1, impl_->re.ProgramSize())));
}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::search(std::string_view text, std::size_t most) const {
  return impl_->re.ok() && impl_->re.Match(re2::StringPiece(text.data(), text.size()), 0, std::min(text.size(), most), RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::string> regex_problem(const std::string& pattern) {
  if (pattern.size() > kMaxPattern) return "it is longer than 16 KiB";
  const RE2 re(pattern, options());
  if (re.ok() && re.ProgramSize() > kMaxProgram)
    return fmt::format("it stands for {} steps at each place of a text, and at most {} are allowed; repeat less often ({{n}}), or look for fewer kinds of letters", re.ProgramSize(),
                       kMaxProgram);
  if (re.ok()) return std::nullopt;
  if (re.error_code() == RE2::ErrorBadPerlOp)
    return re.error() + " (look-around is not supported, since it can take unlimited time)";
  return re.error();
}

}  // namespace picket::detect
