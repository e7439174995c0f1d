#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/time.h"
#include "onepassword_simulator/company.h"
#include "onepassword_simulator/stream_kind.h"
#include "onepassword_simulator/timeline.h"

namespace picket::onepassword_simulator {

/// Switches of the data itself, fixed for the life of a simulator. All off: what an ordinary account looks
/// like.
struct Variety {
  bool nulls = false;           ///< absent optional fields are written as null
  bool no_location = false;     ///< no event has a location
  bool mixed_times = false;     ///< 0, 3, 6 or 9 fractional digits, now and then an offset instead of Z
  bool unknown_values = false;  ///< now and then an action, object type or category that nobody knows
  bool unknown_fields = false;  ///< now and then a field that nobody knows
  bool non_ascii = false;       ///< names beyond ASCII
  bool late_item_usage =
      false;  ///< one item usage in eight is ten minutes to a day older than its place in the stream
};

/// Writes the events of one account. An event is a function of (seed, account, stream, index, time): nothing
/// is kept, the same call gives the same bytes. Threads: any; immutable.
class Generator {
 public:
  Generator(std::uint64_t seed, unsigned account, std::shared_ptr<const Timeline> timeline,
            const Variety& variety);

  /// Identity of an event: `salt` 0 for the ordinary one; another salt writes the same uuid with other
  /// content.
  struct Event {
    std::uint64_t index = 0;
    TimePoint arrived;  ///< its place in the stream, as a time
    std::uint64_t salt = 0;
  };

  /// Appends the record's exact bytes.
  void append(std::string& out, StreamKind kind, ApiVersion version, const Event& event) const;
  std::string uuid(StreamKind kind, std::uint64_t index) const;
  /// The event's `timestamp`, which is earlier than `arrived` for a late one.
  TimePoint timestamp(StreamKind kind, const Event& event) const;

  /// Made at the first event: a thousand accounts that nothing happens in cost nothing.
  const Company& company() const;
  const Timeline& timeline() const { return *timeline_; }

 private:
  struct Session;
  Session session_for(const Event& event) const;
  bool signed_in(std::uint64_t index) const;
  std::uint64_t salt_of(StreamKind kind, std::uint64_t index) const;
  void append_event_uuid(std::string& out, StreamKind kind, std::uint64_t index) const;
  void append_time(std::string& out, StreamKind kind, std::uint64_t index, TimePoint time) const;
  void append_user(std::string& out, const Person& person, ApiVersion version) const;
  void append_location(std::string& out, std::size_t place, std::uint64_t dice) const;
  void append_client(std::string& out, const Person& person, std::uint64_t dice, bool attacker) const;
  void append_extra(std::string& out, std::uint64_t dice) const;
  void audit_event(std::string& out, ApiVersion version, const Event& event) const;
  void item_usage(std::string& out, ApiVersion version, const Event& event) const;
  void sign_in_attempt(std::string& out, ApiVersion version, const Event& event) const;

  const std::uint64_t given_seed_;
  const std::uint64_t seed_;
  const unsigned account_;
  const std::shared_ptr<const Timeline> timeline_;
  const Variety variety_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const Company> company_;
};

}  // namespace picket::onepassword_simulator
