#pragma once

#include <fmt/format.h>

#include <charconv>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "http_client/client.h"

namespace picket::ingest {

/// The smallest vendor that has cursors: a stream is a list of records in the order of arrival, a cursor is a place in it.
/// A page is text: "next|more", then one "uid|micros" a line.
struct ToyVendor {
  struct Record {
    std::string uid;
    TimePoint time{};
    std::string text() const { return fmt::format("{}|{}", uid, to_micros(time)); }
  };
  std::map<std::string, std::vector<Record>> streams;
  std::size_t page = 10;
  std::string account = "acc-1";
  std::vector<std::string> features;

  http_client::Response answer(const http_client::Request& request) const {
    http_client::Response response;
    response.status = 200;
    const std::string path = request.url.substr(request.url.rfind('/') + 1);
    if (path == "whoami") {
      response.body = account;
      for (const auto& f : features) response.body += "," + f;
      return response;
    }
    const auto& records = streams.at(path);
    std::size_t from = 0;
    if (request.body.starts_with("cursor=c")) {
      from = std::stoul(request.body.substr(8));
    } else {
      const TimePoint since = from_micros(std::stoll(request.body.substr(6)));
      // as 1Password: the start form chooses by event time, then arrival order counts
      while (from < records.size() && records[from].time < since) ++from;
    }
    const std::size_t to = std::min(records.size(), from + page);
    response.body = fmt::format("c{}|{}\n", to, to < records.size() ? 1 : 0);
    for (std::size_t i = from; i < to; ++i) response.body += records[i].text() + "\n";
    return response;
  }
};

class ToyReader final : public connector::StreamReader {
 public:
  ToyReader(std::string stream, std::string token) : stream_(std::move(stream)), token_(std::move(token)) {}
  Result<http_client::Request> request(const std::optional<connector::Cursor>& cursor, TimePoint since) override {
    http_client::Request request;
    request.url = "https://toy/" + stream_;
    request.secret_headers = {{"authorization", token_}};
    request.body = cursor ? "cursor=" + *cursor : fmt::format("since={}", to_micros(since));
    return request;
  }
  Result<connector::Page> read(http_client::Response response) override {
    switch (response.status) {
      case 200: break;
      case 400: return fail(Error(ErrorKind::kInvalidInput, "Toy answers 400.").with_status(400));
      case 401: return fail(Error(ErrorKind::kUnauthorized, "Toy answers 401.").with_status(401));
      case 403: return fail(Error(ErrorKind::kForbidden, "Toy answers 403.").with_status(403));
      case 404: return fail(Error(ErrorKind::kNotFound, "Toy answers 404.").with_status(404));
      case 429: {
        Error error(ErrorKind::kRateLimited, "Toy answers 429.");
        if (const auto* after = response.header("retry-after")) error.retry_after = std::chrono::seconds(std::stoll(*after));
        return fail(std::move(error));
      }
      default: return fail(ErrorKind::kUnavailable, fmt::format("Toy answers {}.", response.status));
    }
    connector::Page page;
    page.body = std::make_shared<const std::string>(std::move(response.body));
    std::string_view rest = *page.body;
    const auto bar = rest.find('|');
    const auto line = rest.find('\n');
    if (bar == std::string_view::npos || line == std::string_view::npos || bar > line)
      return fail(ErrorKind::kProtocol, "Toy sent something that is no page.");
    if (bar > 0)
      page.next = std::string(rest.substr(0, bar));
    else
      page.warning = "Toy sent an empty cursor; the old one is kept.";
    page.more = rest[bar + 1] == '1';
    rest.remove_prefix(line + 1);
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      page.records.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return page;
  }

 private:
  std::string stream_, token_;
};

class ToyNormaliser final : public connector::Normaliser {
 public:
  void reset() override {}
  model::EventView normalise(std::string_view, std::string_view record, TimePoint received_at) override {
    model::EventView view;
    const auto bar = record.find('|');
    std::int64_t micros = 0;
    const auto tail = bar == std::string_view::npos ? std::string_view() : record.substr(bar + 1);
    if (tail.empty() || std::from_chars(tail.data(), tail.data() + tail.size(), micros).ec != std::errc()) {
      view.unreadable = true;
      view.time = received_at;
      return view;
    }
    view.vendor_uid = record.substr(0, bar);
    view.time = from_micros(micros);
    return view;
  }
  Result<std::string> to_ocsf(std::string_view, std::string_view) override { return std::string("{}"); }
};

class ToyConnector final : public connector::Connector {
 public:
  const std::string& slug() const override { return slug_; }
  const std::string& title() const override { return title_; }
  const std::string& vendor_name() const override { return title_; }
  const std::string& device_type() const override { return title_; }
  const std::string& manifest_json() const override { return json_; }
  const std::string& form_json() const override { return json_; }
  std::string_view logo_svg() const override { return ""; }
  std::span<const connector::StreamInfo> streams() const override { return streams_; }
  std::span<const std::string> servers() const override { return {}; }
  Status validate(std::string_view, std::span<const std::string>) const override { return {}; }
  Result<connector::CredentialFacts> inspect(const crypto::Secret&) const override { return connector::CredentialFacts(); }
  connector::TestResult test(http_client::Client&, const connector::DeviceContext&, std::stop_token) const override {
    connector::TestResult result;
    result.ok = true;
    return result;
  }
  Result<connector::CredentialFacts> introspect(http_client::Client& client, const connector::DeviceContext& device,
                                                std::stop_token stop) const override {
    http_client::Request request;
    request.url = "https://toy/whoami";
    request.secret_headers = {{"authorization", std::string(device.secrets->reveal())}};
    auto answer = client.fetch(std::move(request), stop);
    if (!answer) return fail(answer.error());
    if (answer->status == 401) return fail(ErrorKind::kUnauthorized, "Toy answers 401.");
    if (answer->status != 200) return fail(ErrorKind::kUnavailable, fmt::format("Toy answers {}.", answer->status));
    connector::CredentialFacts facts;
    std::string_view rest = answer->body;
    while (true) {
      const auto comma = rest.find(',');
      const std::string word(rest.substr(0, comma));
      if (facts.account_uid.empty())
        facts.account_uid = word;
      else
        facts.features.push_back(word);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    return facts;
  }
  Explanation explain(const Error& error, std::string_view, const connector::CredentialFacts&, std::string_view,
                      TimePoint) const override {
    if (error.kind == ErrorKind::kUnauthorized || error.kind == ErrorKind::kForbidden)
      return {"unauthorized", "The token was revoked or expired."};
    return {std::string(to_string(error.kind)), error.message};
  }
  Result<std::unique_ptr<connector::StreamReader>> reader(const connector::DeviceContext& device,
                                                          std::string_view stream) const override {
    if (device.device_spec == "no server") return fail(ErrorKind::kInvalidInput, "Server address is missing.");
    return std::unique_ptr<connector::StreamReader>(
        std::make_unique<ToyReader>(std::string(stream), std::string(device.secrets->reveal())));
  }
  std::unique_ptr<connector::Normaliser> normaliser() const override { return std::make_unique<ToyNormaliser>(); }

 private:
  std::string slug_ = "toy", title_ = "Toy", json_ = R"({"backfill":{"max_days":120}})";
  std::vector<connector::StreamInfo> streams_{{"a", "Alpha events"}, {"b", "Beta events"}, {"c", "Gamma events"}};
};

/// Requests wait here until the test answers them. Threads: any; callbacks come on the answering thread.
class ScriptedClient final : public http_client::Client {
 public:
  struct Waiting {
    http_client::Request request;
    std::stop_token stop;
    Callback done;
  };
  void send(http_client::Request request, std::stop_token stop, Callback done) override {
    const std::lock_guard lock(mutex_);
    ++sent;
    waiting_.push_back({std::move(request), std::move(stop), std::move(done)});
  }
  /// Answers the n-th waiting request; nothing from `answer` leaves it hanging. Cancelled ones are always answered.
  bool answer(std::size_t n, const std::function<std::optional<Result<http_client::Response>>(const http_client::Request&)>& how) {
    Waiting next;
    {
      const std::lock_guard lock(mutex_);
      if (n >= waiting_.size()) return false;
      std::optional<Result<http_client::Response>> result;
      next = std::move(waiting_[n]);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (next.stop.stop_requested()) {
      next.done(fail(ErrorKind::kCancelled, "Stopped."));
      return true;
    }
    if (auto result = how(next.request)) {
      next.done(std::move(*result));
      return true;
    }
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(n), std::move(next));
    return false;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  void forget() {  // the process died; nobody waits any more
    const std::lock_guard lock(mutex_);
    waiting_.clear();
  }
  std::uint64_t sent = 0;

 private:
  mutable std::mutex mutex_;
  std::deque<Waiting> waiting_;
};

}  // namespace picket::ingest
