#include <fmt/format.h>

#include "fleet/assess.h"

namespace picket::fleet {
namespace {
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

struct Split {
  std::chrono::year_month_day date;
  std::string_view weekday;
  std::string clock;
};

Split split(TimePoint t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(t - day).count();
  return {std::chrono::year_month_day(day), kDays[std::chrono::weekday(day).c_encoding()],
          fmt::format("{:02}:{:02} UTC", minutes / 60, minutes % 60)};
}

std::string date_words(const Split& s, TimePoint now) {
  const auto this_year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year();
  std::string text = fmt::format("{} {}", static_cast<unsigned>(s.date.day()),
                                 kMonths[static_cast<unsigned>(s.date.month()) - 1]);
  if (s.date.year() != this_year) text += fmt::format(" {}", static_cast<int>(s.date.year()));
  return text;
}

enum class Distance { kDay, kWeek, kFar };
Distance distance(TimePoint t, TimePoint now) {
  const auto apart = t < now ? now - t : t - now;
  const bool same_day = std::chrono::floor<std::chrono::days>(t) == std::chrono::floor<std::chrono::days>(now);
  if (same_day || apart < std::chrono::hours(20)) return Distance::kDay;
  return apart < std::chrono::hours(24 * 6) ? Distance::kWeek : Distance::kFar;
}
}  // namespace

std::string clock_words(TimePoint t, TimePoint now) {
  const Split s = split(t);
  switch (distance(t, now)) {
    case Distance::kDay: return s.clock;
    // With its date: such sentences are kept in the history, and a weekday alone says nothing there.
    case Distance::kWeek: return fmt::format("{} {} {}", s.weekday.substr(0, 3), date_words(s, now), s.clock);
    case Distance::kFar: break;
  }
  return fmt::format("{} {}", date_words(s, now), s.clock);
}

std::string since_words(TimePoint t, TimePoint now) {
  const Split s = split(t);
  switch (distance(t, now)) {
    case Distance::kDay: return s.clock;
    case Distance::kWeek: return std::string(s.weekday);
    case Distance::kFar: break;
  }
  return date_words(s, now);
}

}  // namespace picket::fleet
