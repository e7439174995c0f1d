#include "ingest/backoff.h"

#include <algorithm>

namespace picket::ingest {
namespace {
using std::chrono::milliseconds;
using namespace std::chrono_literals;

milliseconds scaled(milliseconds base, double factor) {
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(base.count()) * factor));
}
}  // namespace

milliseconds backoff(ErrorKind kind, std::uint32_t failures, std::optional<std::chrono::seconds> retry_after, double random) {
  const auto step = std::clamp<std::uint32_t>(failures, 1, 20) - 1;
  switch (kind) {
    case ErrorKind::kUnauthorized:
    case ErrorKind::kForbidden:
    case ErrorKind::kNotFound:
    case ErrorKind::kBlocked:
    case ErrorKind::kConflict:  // another account's token
      return scaled(std::min<milliseconds>(15min, 2min * (1 << std::min(step, 3u))), 0.9 + 0.2 * random);
    case ErrorKind::kRateLimited: {
      milliseconds wait = retry_after.value_or(60s * (1 << std::min(step, 6u)));
      wait = std::clamp<milliseconds>(wait, 1s, 1h);
      return wait + scaled(std::min<milliseconds>(wait, 5s), 0.2 * random);  // never sooner than asked
    }
    default: break;
  }
  milliseconds wait = scaled(std::min<milliseconds>(5min, 1s * (1 << std::min(step, 9u))), 0.5 + 0.5 * random);
  if (retry_after) wait = std::max(wait, milliseconds(std::clamp<std::chrono::seconds>(*retry_after, 1s, 1h)));
  return wait;
}

milliseconds jittered(milliseconds interval, double random) { return scaled(interval, 0.9 + 0.2 * random); }

}  // namespace picket::ingest
