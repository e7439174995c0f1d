#include "connector/testing/harness.h"

#include <algorithm>

#include "base/assert.h"

namespace picket::connector {
namespace {
constexpr TimePoint kSince = from_seconds(1'700'000'000);
}

StreamDriver::StreamDriver(const Connector& connector, const SimulatorHandle& simulator, std::string stream)
    : stream_(std::move(stream)), secrets_(simulator.secrets_json()) {
  device_.device_id = "00000000-0000-4000-8000-000000000001";
  device_.device_spec = simulator.device_spec();
  device_.secrets = &secrets_;
  auto client = http_client::make_curl_client(
      {.user_agent = "picket-tests/1", .ca_file = "", .proxy = "", .allowed_urls = {simulator.base_url()}});
  PICKET_ASSERT(client, "the test's client starts");
  client_ = std::move(*client);
  auto reader = connector.reader(device_, stream_);
  PICKET_ASSERT(reader, "every declared stream has a reader");
  reader_ = std::move(*reader);
  normaliser_ = connector.normaliser();
}

Result<Page> StreamDriver::page(const std::optional<Cursor>& cursor, std::stop_token stop) {
  PICKET_ASSIGN(http_client::Request request, reader_->request(cursor, kSince));
  PICKET_ASSIGN(http_client::Response response, client_->fetch(std::move(request), std::move(stop)));
  return reader_->read(std::move(response));
}

std::vector<std::string> StreamDriver::uids(const Page& page) {
  normaliser_->reset();
  std::vector<std::string> out;
  for (const std::string_view record : page.records)
    out.emplace_back(normaliser_->normalise(stream_, record, kSince).vendor_uid);
  return out;
}

std::ptrdiff_t StreamDriver::unreadable(const Page& page) {
  normaliser_->reset();
  return std::count_if(page.records.begin(), page.records.end(), [&](std::string_view record) {
    return normaliser_->normalise(stream_, record, kSince).unreadable;
  });
}

Result<std::vector<std::string>> StreamDriver::drain(std::optional<Cursor> cursor,
                                                     std::vector<Cursor>* cursors) {
  std::vector<std::string> all;
  for (int pages = 0; pages < 1000; ++pages) {
    PICKET_ASSIGN(const Page read, page(cursor));
    for (std::string& uid : uids(read)) all.push_back(std::move(uid));
    if (read.next) cursor = read.next;
    if (cursors != nullptr && read.next) cursors->push_back(*read.next);
    if (!read.more) return all;
  }
  return fail(ErrorKind::kProtocol, "The stream has no end.");
}

}  // namespace picket::connector
