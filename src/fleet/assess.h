#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "control/types.h"
#include "model/device.h"
#include "store/event_store.h"

/// From facts to verdicts and sentences. Pure: the same facts give the same words.
namespace picket::fleet {

/// What the sentences need to know of a technology.
struct Vendor {
  std::string title;              ///< 1Password
  std::optional<int> keeps_days;  ///< how long the vendor keeps events for us
};

/// What a device usually brings: mean events of each UTC hour of the week (0 = Monday 00:00), over `weeks` whole weeks.
struct Usual {
  std::array<float, 168> per_hour{};
  int weeks = 0;
};

/// From exact counts by UTC hour. Only whole weeks count, at most four; with less than one there is no usual yet.
Usual usual_from(std::span<const store::Bucket> hours, TimePoint now);

/// How many events the 24 hours before `now` usually bring; nothing while there is no usual yet.
std::optional<double> usual_day(const Usual& usual, TimePoint now);

struct StreamFacts {
  const control::StreamState* state = nullptr;
  std::string_view title;  ///< "Audit events"
  std::optional<TimePoint> next_poll_at;
  /// No answer yet since this process began to watch it, or since it was resumed.
  bool awaiting = false;
  std::optional<std::chrono::seconds> backfill_left;
  /// When a record came that could not be read, for a day the reason of a warning.
  std::optional<TimePoint> unreadable_at;
};

struct Facts {
  const control::Device* device = nullptr;
  const model::Health* previous = nullptr;  ///< the verdict shown last, for `since`; null = device->health
  const Vendor* vendor = nullptr;
  std::span<const StreamFacts> streams;
  std::span<const model::Health> previous_streams;  ///< same order, or empty
  TimePoint now{};
  /// Since when this process polls the device: time before that is nobody's fault.
  TimePoint watching_since{};
  std::chrono::seconds poll_interval{60};
  std::string_view disk_trouble;  ///< sentence; empty = none
  const Usual* usual = nullptr;
};

struct Verdict {
  model::Health device;
  std::vector<model::Health> streams;
  /// The token's end came nearer than 30, 7 or 1 days and the history does not say so yet.
  std::optional<control::ExpiryWarning> expiry = {};
};

/// Failures of a kind that may heal by itself count as trouble of the device after so many in a row, or after so long
/// without success (ten intervals, at least five minutes). A first poll that fails counts at once.
inline constexpr std::uint32_t kFailuresUntilUnhealthy = 5;
std::chrono::seconds patience(std::chrono::seconds poll_interval);

Verdict assess(const Facts& facts);

/// Whether a change belongs into the database and the history. Receiving, quiet and backfilling alternate all day
/// long, pausing is a row of its own and verifying is no verdict: then only the picture in memory changes.
bool worth_recording(const model::Health& before, const model::Health& after);

/// 0.0 to 1.0 of the span a backfill has to read.
double backfill_fraction(const control::Backfill& backfill);

/// "09:12 UTC" within a day, "Tue 17 Nov 09:12 UTC" within a week, else "3 Nov 09:12 UTC" (with the year when it is another).
std::string clock_words(TimePoint t, TimePoint now);
/// "09:12 UTC", "Tuesday", "3 Nov".
std::string since_words(TimePoint t, TimePoint now);

}  // namespace picket::fleet
