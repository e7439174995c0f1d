// What one event costs before it reaches the store: cutting the page, and normalising its records.
//   onepassword_pages_bench [seconds]
#include <fmt/format.h>
#include <time.h>

#include <cstdlib>
#include <string>

#include "base/clock.h"
#include "onepassword/normalise.h"
#include "onepassword/reader.h"

namespace {

using namespace picket;

constexpr int kRecords = 1000;

std::string page_of(std::string_view stream) {
  std::string page =
      R"({"cursor":"1AjMbN5SR47XMJA+wl36kWvueVfOT11G9aQoO9uPJ3KTLDzHfG7sb7JU0Bx196Aj","has_more":true,"items":[)";
  for (int i = 0; i < kRecords; ++i) {
    if (i > 0) page += ',';
    const std::string client =
        R"("client":{"app_name":"1Password for Mac","app_version":"81122019","platform_name":"bo-laptop","platform_version":"MacBookPro18,3","os_name":"MacOSX","os_version":"15.1","ip_address":"192.0.2.30"},"location":{"country":"Canada","region":"Ontario","city":"Toronto","latitude":43.64,"longitude":-79.43},"account_uuid":"NZQDG4W5LLTZQLI3N4FVU2I5XX")";
    const std::string user =
        R"({"uuid":"5BA6GWFC5VJ77BP64C4HH6XZPF","name":"Bo Lind","email":"bo@example.test"})";
    const std::string head = fmt::format(
        R"({{"uuid":"JQDFBCWXUGD7SQK46IB{:07}","timestamp":"2026-11-20T08:{:02}:{:02}.24645983Z",)", i,
        i / 60 % 60, i % 60);
    if (stream == "auditevents")
      page +=
          head + R"("actor_uuid":"INJO35QS4RAMWZLFRIE7S732OE","actor_details":)" + user +
          R"(,"actor_type":"user","account_uuid":"NZQDG4W5LLTZQLI3N4FVU2I5XX","action":"join","object_type":"gm","object_uuid":"fi4l5w3ekwmwkz6xe3troqogag","aux_id":5501234,"aux_uuid":"5BA6GWFC5VJ77BP64C4HH6XZPF","aux_details":)" +
          user +
          R"(,"aux_info":"A","session":{"uuid":"TCASVMZXEJ6HLAFBT4MCOJLIHE","login_time":"2026-11-20T07:41:09.5Z","device_uuid":"nkzlqr6nde4mbunl3jr5ieeszs","ip":"192.0.2.17"},"location":{"country":"Sweden","region":"Stockholm","city":"Stockholm","latitude":59.33,"longitude":18.06}})";
    else if (stream == "itemusages")
      page +=
          head +
          R"("used_version":3,"vault_uuid":"q6b2hiaxqkpspfx5xpl4mrk5ti","item_uuid":"oy4v6xeb54chu5ukixztzirokk","action":"reveal","user":)" +
          user + "," + client + "}";
    else
      page +=
          head +
          R"("session_uuid":"TCASVMZXEJ6HLAFBT4MCOJLIHE","country":"SE","category":"success","type":"credentials_ok","details":null,"target_user":)" +
          user + "," + client + "}";
  }
  return page + "]}";
}

/// Processor time of this thread, so that a busy machine does not count.
double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

void run(std::string_view stream, double seconds) {
  const std::string text = page_of(stream);
  onepassword::Reader reader("https://events.1password.com", std::string(stream), crypto::Secret("a.b.c"),
                             system_clock());
  onepassword::EventNormaliser normaliser;
  double reading = 0, normalising = 0;
  std::uint64_t events = 0, check = 0;
  for (const double end = now() + seconds; now() < end;) {
    http_client::Response response;
    response.status = 200;
    response.body = text;
    static_cast<void>(reader.request(std::nullopt, TimePoint{}));
    const double t0 = now();
    auto page = reader.read(std::move(response));
    const double t1 = now();
    normaliser.reset();
    for (const std::string_view record : page->records)
      check += normaliser.normalise(stream, record, TimePoint{}).actor_email.size();
    const double t2 = now();
    reading += t1 - t0;
    normalising += t2 - t1;
    events += page->records.size();
  }
  if (check != events * 15) std::abort();
  fmt::print("{:15} {:4} bytes an event: cut {:.3f} us ({:.2f} GB/s), normalise {:.3f} us\n", stream,
             text.size() / kRecords, reading / static_cast<double>(events) * 1e6,
             static_cast<double>(text.size()) / kRecords * static_cast<double>(events) / reading / 1e9,
             normalising / static_cast<double>(events) * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1.0;
  for (const char* stream : {"auditevents", "itemusages", "signinattempts"}) run(stream, seconds);
}
