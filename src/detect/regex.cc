#include "detect/regex.h"

#include <re2/re2.h>

namespace picket::detect {
namespace {

constexpr std::size_t kMaxPattern = 16 * 1024;

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

Regex::Regex(const std::string& pattern) : impl_(std::make_unique<Impl>(pattern)) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::search(std::string_view text) const {
  return impl_->re.ok() && RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->re);
}

std::optional<std::string> regex_problem(const std::string& pattern) {
  if (pattern.size() > kMaxPattern) return "it is longer than 16 KiB";
  const RE2 re(pattern, options());
  if (re.ok()) return std::nullopt;
  if (re.error_code() == RE2::ErrorBadPerlOp)
    return re.error() + " (look-around is not supported, since it can take unlimited time)";
  return re.error();
}

}  // namespace picket::detect
