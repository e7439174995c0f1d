#pragma once

#include <deque>
#include <string>
#include <vector>

#include "store/event_store.h"

namespace picket::store {

/// Events with memory of their own, for tests.
class EventList {
 public:
  struct Made {
    std::string uid, raw, action, actor_uid, actor_email, source_ip, country, target;
    model::EventView view;
  };
  Made& add(std::string uid, TimePoint time, std::string raw = "") {
    auto& m = made_.emplace_back();
    m.uid = std::move(uid);
    m.raw = raw.empty() ? "{\"uuid\":\"" + m.uid + "\",\"n\":" + std::to_string(made_.size()) + "}"
                        : std::move(raw);
    m.view.time = time;
    return m;
  }
  std::vector<NewEvent> events() {
    std::vector<NewEvent> out;
    for (auto& m : made_) {
      m.view.vendor_uid = m.uid;
      m.view.action = m.action;
      m.view.actor_uid = m.actor_uid;
      m.view.actor_email = m.actor_email;
      m.view.source_ip = m.source_ip;
      m.view.country = m.country;
      m.view.target = m.target;
      out.push_back({m.view, m.raw});
    }
    return out;
  }
  Made& operator[](std::size_t i) { return made_[i]; }

 private:
  std::deque<Made> made_;
};

}  // namespace picket::store
