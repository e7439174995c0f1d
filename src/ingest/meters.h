#pragma once

#include "obs/metrics.h"

namespace picket::ingest {

/// What /metrics tells of ingest. One set for the process.
struct Meters {
  obs::Counter& pages = obs::counter("picket_ingest_pages_total", "Pages read and stored");
  obs::Counter& bytes = obs::counter("picket_ingest_bytes_total", "Bytes of answers read");
  obs::Counter& polls_ok = obs::counter("picket_ingest_polls_total", "Rounds of polling ended", {{"outcome", "ok"}});
  obs::Counter& polls_failed = obs::counter("picket_ingest_polls_total", "Rounds of polling ended", {{"outcome", "failed"}});
  obs::Counter& events_new = obs::counter("picket_ingest_events_total", "Records received", {{"kind", "new"}});
  obs::Counter& events_repeated = obs::counter("picket_ingest_events_total", "Records received", {{"kind", "repeated"}});
  obs::Counter& events_version = obs::counter("picket_ingest_events_total", "Records received", {{"kind", "version"}});
  obs::Counter& unreadable = obs::counter("picket_ingest_unreadable_total", "Records kept raw because they could not be read");
  obs::Counter& commits = obs::counter("picket_ingest_commits_total", "Transactions of progress");
  obs::Counter& refused = obs::counter("picket_ingest_commits_refused_total", "Steps refused because a person changed the device");
  obs::Histogram& start_delay =
      obs::histogram("picket_ingest_start_delay_seconds", "From a poll's due time to its request");
  obs::Histogram& page_time = obs::histogram("picket_ingest_page_seconds", "From an answer to its commit");
  obs::Gauge& waiting = obs::gauge("picket_ingest_answers_waiting", "Answers no worker has looked at yet");
  obs::Gauge& in_flight = obs::gauge("picket_ingest_requests_in_flight", "Requests vendors have not answered yet");
  obs::Gauge& reserved = obs::gauge("picket_ingest_page_bytes_reserved", "Memory counted for pages on their way or waiting");
  obs::Gauge& standing_still = obs::gauge("picket_ingest_standing_still", "1 while polling as a whole stands still");

  static Meters& get() {
    static Meters meters;
    return meters;
  }
  /// `code` is one of the health codes of the API.
  static void failure(std::string_view code) {
    obs::counter("picket_ingest_failures_total", "Failed polls by cause", {{"code", std::string(code)}}).add();
  }
};

}  // namespace picket::ingest
