#include "http_server/io_loop.h"

#include <fmt/format.h>

#include "http_server/connection.h"

namespace picket::http_server {

IoLoop::IoLoop(std::string name, std::chrono::milliseconds tick)
    : name_(std::move(name)), tick_length_(tick) {}

IoLoop::~IoLoop() {
  stop();
}

void IoLoop::run() {
  schedule_tick();
  thread_ = std::thread([this] {
    runtime::name_this_thread(name_);
    context_.run();
  });
}

void IoLoop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
  connections_.clear();
}

void IoLoop::add(std::shared_ptr<Connection> connection) {
  connections_.insert(std::move(connection));
}

void IoLoop::schedule_tick() {
  tick_.expires_after(tick_length_);
  tick_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : connections()) connection->tick(now);
    schedule_tick();
  });
}

const std::string& IoLoop::http_date(const Clock& clock) {
  const std::int64_t second =
      std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count();
  if (second == date_second_) return date_;
  date_second_ = second;
  const std::chrono::sys_seconds now{std::chrono::seconds(second)};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  date_ = fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                      kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                      time.hours().count(), time.minutes().count(), time.seconds().count());
  return date_;
}

}  // namespace picket::http_server
