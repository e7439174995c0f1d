#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace picket {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool digits(int count, int& out) {
    out = 0;
    for (int i = 0; i < count; ++i) {
      if (pos_ >= text_.size() || text_[pos_] < '0' || text_[pos_] > '9') return false;
      out = out * 10 + (text_[pos_++] - '0');
    }
    return true;
  }
  bool one_of(std::string_view set) {
    if (pos_ >= text_.size() || set.find(text_[pos_]) == std::string_view::npos) return false;
    last_ = text_[pos_++];
    return true;
  }
  /// Fraction digits after the point, cut to microseconds; at least one digit.
  bool fraction(std::int64_t& micros) {
    std::size_t start = pos_;
    std::int64_t scale = 100'000;
    micros = 0;
    while (pos_ < text_.size() && text_[pos_] >= '0' && text_[pos_] <= '9') {
      micros += (text_[pos_++] - '0') * scale;
      scale /= 10;
    }
    return pos_ > start && pos_ - start <= 32;
  }
  bool end() const { return pos_ == text_.size(); }
  char last() const { return last_; }

 private:
  std::string_view text_;
  std::size_t pos_ = 0;
  char last_ = 0;
};

enum class Zone { kRequired, kOptional };

Result<TimePoint> parse(std::string_view text, Zone zone) {
  const auto bad = [] {
    return fail(ErrorKind::kInvalidInput, "This is not a time in RFC 3339 form, for example 2026-11-22T18:55:31Z.");
  };
  Reader in(text);
  int year, month, day, hour = 0, minute = 0, second = 0;
  if (!in.digits(4, year) || !in.one_of("-") || !in.digits(2, month) || !in.one_of("-") || !in.digits(2, day))
    return bad();
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad();
  std::int64_t micros = 0;
  int offset_minutes = 0;
  if (zone == Zone::kOptional && in.end()) return TimePoint(std::chrono::sys_days(date));
  if (!in.one_of("Tt ") || !in.digits(2, hour) || !in.one_of(":") || !in.digits(2, minute) || !in.one_of(":") ||
      !in.digits(2, second))
    return bad();
  if (hour > 23 || minute > 59 || second > 60) return bad();
  if (in.one_of(".") && !in.fraction(micros)) return bad();
  if (second == 60) {
    second = 59;
    micros = 999'999;
  }
  if (in.one_of("Zz")) {
  } else if (in.one_of("+-")) {
    const int sign = in.last() == '-' ? -1 : 1;
    int h, m;
    if (!in.digits(2, h) || !in.one_of(":") || !in.digits(2, m) || h > 23 || m > 59) return bad();
    offset_minutes = sign * (h * 60 + m);
  } else if (zone == Zone::kRequired) {
    return bad();
  }
  if (!in.end()) return bad();
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + Micros(micros) - std::chrono::minutes(offset_minutes);
}

struct Parts {
  std::chrono::year_month_day date;
  std::int64_t second_of_day;
  std::int64_t millis;
};

Parts split(TimePoint t) {
  // year 0000 to 9999 only: what lies outside cannot be spelt and comes from a broken caller
  const auto low = TimePoint(std::chrono::sys_days(std::chrono::year(0) / 1 / 1));
  const auto high = TimePoint(std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)) - Micros(1);
  t = std::clamp(t, low, high);
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::int64_t us = (t - day).count();
  return {std::chrono::year_month_day(day), us / 1'000'000, us / 1'000 % 1'000};
}

}  // namespace

Result<TimePoint> parse_rfc3339(std::string_view text) { return parse(text, Zone::kRequired); }
Result<TimePoint> parse_time_lenient(std::string_view text) { return parse(text, Zone::kOptional); }

std::string format_rfc3339(TimePoint t) {
  const Parts p = split(t);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(p.date.year()),
                     static_cast<unsigned>(p.date.month()), static_cast<unsigned>(p.date.day()), p.second_of_day / 3600,
                     p.second_of_day / 60 % 60, p.second_of_day % 60, p.millis);
}

std::string format_rfc3339_seconds(TimePoint t) {
  std::string text = format_rfc3339(t);
  text.replace(19, std::string::npos, "Z");
  return text;
}

std::string format_duration(std::chrono::seconds length) {
  const auto s = std::max<std::int64_t>(0, length.count());
  if (s < 120) return fmt::format("{} s", s);
  if (s < 2 * 3600) return fmt::format("{} min", s / 60);
  if (s < 2 * 86400) return fmt::format("{} h", s / 3600);
  return fmt::format("{} days", s / 86400);
}

}  // namespace picket
