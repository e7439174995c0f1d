#include "obs/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>

namespace picket::obs {
namespace {

std::string render_labels(const Labels& labels) {
  std::string out;
  for (const auto& [key, value] : labels) {
    out += out.empty() ? "" : ",";
    out += key + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    out += '"';
  }
  return out;
}

template <typename Metric>
struct Family {
  std::string help;
  std::map<std::string, Metric*> by_labels;
};

/// Metrics live in deques, which never move what they hold, and are never freed.
struct Registry {
  std::mutex mutex;
  std::map<std::string, Family<Counter>, std::less<>> counters;
  std::map<std::string, Family<Gauge>, std::less<>> gauges;
  std::map<std::string, Family<Histogram>, std::less<>> histograms;
  std::deque<Counter> counter_store;
  std::deque<Gauge> gauge_store;
  std::deque<Histogram> histogram_store;
};

Registry& registry() {
  static Registry* r = new Registry;
  return *r;
}

template <typename Metric>
Metric& get(std::map<std::string, Family<Metric>, std::less<>>& families, std::deque<Metric>& store,
            std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(registry().mutex);
  auto it = families.find(name);
  if (it == families.end()) it = families.emplace(std::string(name), Family<Metric>{std::string(help), {}}).first;
  Metric*& slot = it->second.by_labels[render_labels(labels)];
  if (slot == nullptr) slot = &store.emplace_back();
  return *slot;
}

std::string braces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

}  // namespace

void Histogram::observe(double seconds) {
  const auto* bound = std::lower_bound(std::begin(kBounds), std::end(kBounds), seconds);
  if (bound != std::end(kBounds)) buckets_[bound - std::begin(kBounds)].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
  micros_.fetch_add(static_cast<std::uint64_t>(std::max(0.0, seconds) * 1e6), std::memory_order_relaxed);
}

Counter& counter(std::string_view name, std::string_view help, Labels labels) {
  return get(registry().counters, registry().counter_store, name, help, labels);
}
Gauge& gauge(std::string_view name, std::string_view help, Labels labels) {
  return get(registry().gauges, registry().gauge_store, name, help, labels);
}
Histogram& histogram(std::string_view name, std::string_view help, Labels labels) {
  return get(registry().histograms, registry().histogram_store, name, help, labels);
}

std::string render_metrics() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  fmt::memory_buffer out;
  const auto head = [&](const std::string& name, const std::string& help, std::string_view type) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  };
  for (const auto& [name, family] : r.counters) {
    head(name, family.help, "counter");
    for (const auto& [labels, metric] : family.by_labels)
      fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braces(labels), metric->value());
  }
  for (const auto& [name, family] : r.gauges) {
    head(name, family.help, "gauge");
    for (const auto& [labels, metric] : family.by_labels)
      fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braces(labels), metric->value());
  }
  for (const auto& [name, family] : r.histograms) {
    head(name, family.help, "histogram");
    for (const auto& [labels, metric] : family.by_labels) {
      const std::string comma = labels.empty() ? "" : labels + ",";
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
        below += metric->bucket(i);
        fmt::format_to(std::back_inserter(out), "{}_bucket{{{}le=\"{}\"}} {}\n", name, comma, Histogram::kBounds[i], below);
      }
      fmt::format_to(std::back_inserter(out), "{}_bucket{{{}le=\"+Inf\"}} {}\n{}_sum{} {}\n{}_count{} {}\n", name, comma,
                     metric->count(), name, braces(labels), metric->sum(), name, braces(labels), metric->count());
    }
  }
  return fmt::to_string(out);
}

}  // namespace picket::obs
