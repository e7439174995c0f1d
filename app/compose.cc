#include "compose.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/api.h"
#include "connector/connector.h"
#include "console/assets.h"
#include "control/control.h"
#include "http_client/client.h"
#include "http_server/server.h"
#include "ingest/ingest.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "store/sqlite_store.h"
#include "watch/watch.h"

namespace picket::app {
namespace {

std::vector<api::Asset> console_assets() {
  std::vector<api::Asset> out;
  for (const auto& a : console::assets()) out.push_back({a.path, a.content_type, a.bytes, a.gzip_bytes, a.etag, a.immutable});
  return out;
}

void observe_request(const http_server::Served& served) {
  // the route's pattern instead of what was sent, and no method that no route knows: people paste secrets anywhere
  const bool known = !served.route.empty();
  PICKET_LOG_DEBUG("http", "{} {}: {}, {} bytes taken, {:.1f} ms", known ? served.method : "(method)",
                   known ? served.route : "(no such route)", served.status, served.request_bytes,
                   std::chrono::duration<double, std::milli>(served.duration).count());
  static obs::Histogram& seconds = obs::histogram("picket_http_request_seconds", "Time to answer an HTTP request.");
  seconds.observe(std::chrono::duration<double>(served.duration).count());
  const char* kind = served.status < 400 ? "ok" : served.status < 500 ? "refused" : "failed";
  obs::counter("picket_http_requests_total", "HTTP requests answered.", {{"outcome", kind}}).add();
}

/// Drops what is older than the retention period, a few times a day.
class Retention {
 public:
  Retention(store::EventStore& store, int days) : thread_([&store, days](std::stop_token stop) { run(store, days, stop); }) {}

 private:
  static void run(store::EventStore& store, int days, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    do {
      const auto dropped = store.drop_before(system_clock().now() - std::chrono::days(days));
      if (!dropped) PICKET_LOG_ERROR("retention", "{}", dropped.error().message);
      else if (*dropped > 0) PICKET_LOG_INFO("retention", "{} events older than {} days dropped", *dropped, days);
    } while (!wake.wait_for(lock, stop, std::chrono::hours(6), [&stop] { return stop.stop_requested(); }));
  }
  std::jthread thread_;
};

class ProgramImpl final : public Program {
 public:
  ~ProgramImpl() override { stop(); }

  Status make(const ServeOptions& options) {
    PICKET_ASSIGN(const HostPort at, parse_host_port(options.listen));
    PICKET_ASSIGN(control_, control::Control::open({.directory = options.data, .root_key_file = root_key_from_environment(), .clock = nullptr}));
    PICKET_ASSIGN(const auto organizations, control_->organizations());
    if (organizations.empty())
      return fail(ErrorKind::kNotFound,
                  fmt::format("{} holds no organization yet, so nobody could sign in. Make one first: picket init --data {} "
                              "--organization NAME --email YOU@EXAMPLE.COM",
                              options.data.string(), options.data.string()));
    PICKET_ASSIGN(store_, store::open_sqlite_store({.directory = options.data / "events", .clock = nullptr, .compression_level = 0}));
    connectors_ = connector::make_registry();
    PICKET_ASSIGN(http_, http_client::make_curl_client({.user_agent = "Picket/" PICKET_VERSION,
                                                        .ca_file = options.ca_file,
                                                        .proxy = options.proxy,
                                                        .allowed_urls = options.allow_device_servers}));
    ingest::Options ingest;
    ingest.poll_interval = options.poll_interval;
    ingest.vendor_rate_per_minute = options.vendor_rate;
    ingest.data_directory = options.data;
    ingest.disk_low_water_bytes = options.disk_low_water_bytes;
    ingest.extra_servers = options.allow_device_servers;
    PICKET_ASSIGN(watch_, watch::Watch::open({system_clock(), *control_, *connectors_}, {.folders = {options.rules.begin(), options.rules.end()}, .placeholders = options.placeholders}));
    PICKET_ASSIGN(ingest_, ingest::Ingest::open({system_clock(), *control_, *store_, *connectors_, *http_, watch_.get()}, ingest));
    PICKET_TRY(serve(options, at));
    // Only a program that has its port and its certificates calls vendors, or says how they answer.
    ingest_->start();
    watch_->start();
    if (options.retention_days) retention_ = std::make_unique<Retention>(*store_, *options.retention_days);
    return {};
  }

  std::string base_url() const override { return server_->base_url(); }

  void stop() override {
    if (stopped_.exchange(true)) return;
    // the door first, then what works behind it, the stores last
    stopping_ = true;
    if (api_) api_->stop();
    if (server_) server_->stop(std::chrono::milliseconds(2000));
    server_.reset();
    api_.reset();
    retention_.reset();
    ingest_.reset();
    watch_.reset();
    http_.reset();
    store_.reset();
    control_.reset();
  }

 private:
  Status serve(const ServeOptions& options, const HostPort& at) {
    const bool https = options.public_url.empty() ? !options.tls_cert.empty() : options.public_url.starts_with("https://");
    assets_ = console_assets();
    api::Options api;
    api.version = PICKET_VERSION;
    api.public_url = options.public_url;
    api.egress_addresses = options.egress_addresses;
    api.feedback_address = options.feedback_address;
    api.metrics_addresses = options.metrics_addresses;
    api.extra_servers = options.allow_device_servers;
    api.assets = assets_;
    http_server::ServerOptions server;
    api.vendor_calls_at_once = static_cast<std::ptrdiff_t>(server.handler_threads / 2);
    api.not_ready = [this] { return stopping_ ? std::string("Picket is stopping.") : std::string(); };
    api_ = std::make_unique<api::Api>(api::Parts{system_clock(), *control_, *store_, *ingest_, *connectors_, *watch_}, std::move(api));
    http_server::Router router;
    api_->mount(router);
    server.host = at.host;
    server.port = at.port;
    server.tls_cert_file = options.tls_cert;
    server.tls_key_file = options.tls_key;
    server.trusted_proxies = options.trusted_proxies;
    server.unreadable_address_page = "/no-such-page";  // the console says what is wrong there
    server.default_headers = api::security_headers(https);
    server.observer = observe_request;
    PICKET_ASSIGN(server_, http_server::Server::start(std::move(server), std::move(router)));
    return {};
  }

  std::unique_ptr<control::Control> control_;
  std::unique_ptr<store::EventStore> store_;
  std::unique_ptr<connector::Registry> connectors_;
  std::unique_ptr<http_client::Client> http_;
  std::unique_ptr<watch::Watch> watch_;
  std::unique_ptr<ingest::Ingest> ingest_;
  std::unique_ptr<Retention> retention_;
  std::vector<api::Asset> assets_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<http_server::Server> server_;
  std::atomic<bool> stopping_{false}, stopped_{false};
};

}  // namespace

Result<std::unique_ptr<Program>> Program::start(const ServeOptions& options) {
  auto program = std::make_unique<ProgramImpl>();
  PICKET_TRY(program->make(options));
  return program;
}

}  // namespace picket::app
