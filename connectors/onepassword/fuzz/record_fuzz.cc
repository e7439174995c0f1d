#include <cstdint>
#include <cstdlib>

#include "codec/json_scan.h"
#include "onepassword/normalise.h"

// Any bytes as a record of any stream: a view whose texts can be read, the same one twice, and valid OCSF
// where there is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  static onepassword::EventNormaliser normaliser;
  if (size == 0) return 0;
  constexpr std::string_view kStreams[] = {"auditevents", "itemusages", "signinattempts", "other"};
  const std::string_view stream = kStreams[data[0] % 4];
  const std::string_view record(reinterpret_cast<const char*>(data) + 1, size - 1);
  normaliser.reset();
  const auto once = normaliser.normalise(stream, record, TimePoint{}),
             twice = normaliser.normalise(stream, record, TimePoint{});
  for (const auto& [a, b] :
       {std::pair(once.vendor_uid, twice.vendor_uid), std::pair(once.action, twice.action),
        std::pair(once.actor_uid, twice.actor_uid), std::pair(once.actor_email, twice.actor_email),
        std::pair(once.source_ip, twice.source_ip), std::pair(once.country, twice.country), std::pair(once.target, twice.target)})
    if (a != b || a.size() > 1024) std::abort();
  // without a readable time there may still be an identity, never the other way round
  if ((!once.unreadable && once.vendor_uid.empty()) || once.time != twice.time ||
      once.class_uid != twice.class_uid)
    std::abort();
  if (const auto document = normaliser.to_ocsf(stream, record); document && !codec::is_json(*document))
    std::abort();
  return 0;
}
