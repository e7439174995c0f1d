#include <cstdint>
#include <cstdlib>

#include "base/clock.h"
#include "codec/json_scan.h"
#include "onepassword/reader.h"

// Any body: a page or an error. Records lie inside the body, are valid JSON, and are normalisable by whoever
// comes next.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  static onepassword::Reader reader("https://events.1password.com", "auditevents", crypto::Secret("a.b.c"),
                                    system_clock());
  if (size == 0) return 0;
  http_client::Response response;
  constexpr int kStatuses[] = {200, 200, 200, 400, 401, 429, 503};
  response.status = kStatuses[data[0] % 7];
  response.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(
      reader.request(data[0] % 2 == 0 ? std::optional<connector::Cursor>("C0") : std::nullopt, TimePoint{}));
  const auto page = reader.read(std::move(response));
  if (!page) return page.error().message.empty() ? (std::abort(), 0) : 0;
  for (const std::string_view record : page->records) {
    if (record.data() < page->body->data() ||
        record.data() + record.size() > page->body->data() + page->body->size())
      std::abort();
    if (!codec::is_json(record)) std::abort();
  }
  if (page->more && !page->next) std::abort();
  return 0;
}
