// bench_ocsf_rules FOLDER: what OCSF names in rules cost an event, over the records of a connector's test data (FOLDER/<stream>/*.json,
// those that are expectations left out) in turn. Prints one JSON object a line; CPU time of this one thread, the best of five rounds.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/strings.h"
#include "connector/connector.h"
#include "watch/book.h"
#include "watch/ocsf.h"

namespace picket::bench {
namespace {

constexpr int kTimes = 20'000;

double cpu() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

std::vector<std::string> records(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().string().ends_with(".expected.json")) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    out.emplace_back(trim(text));
  }
  return out;
}

struct Kind {
  std::string_view name, detection;
};
/// From nothing under an OCSF name to a document for every event.
constexpr Kind kKinds[] = {
    {"vendor names alone", "{action: nothing, client.ip_address: 203.0.113.99, session.ip: 203.0.113.99}"},
    {"view: class_uid and status_id", "{class_uid: 9999, status_id: 2}"},
    {"document behind class_uid", "{class_uid: 9999, src_endpoint.ip: 203.0.113.99}"},
    {"document for every event", "{src_endpoint.ip: 203.0.113.99}"},
};

double run(const connector::Connector& connector, const connector::StreamInfo& stream, const std::vector<std::string>& texts, std::string_view detection) {
  const watch::Book::Service service{stream.product, stream.service};
  const auto names = connector.ocsf_names(stream.name);
  const std::string rule = fmt::format("title: T\ndetection:\n    s: {}\n    condition: s\n", detection);
  const auto book =
      watch::Book::make({.sources = {{watch::Origin::kOwn, "own", {}, rule}}, .services = std::vector{service}, .names = {{service, {names.begin(), names.end()}}}});
  detect::Matcher matcher(book->program(service));
  watch::OcsfContext context(connector, stream.name);
  const auto normaliser = connector.normaliser();
  std::vector<model::EventView> views;
  for (const std::string& text : texts) views.push_back(normaliser->normalise(stream.name, text, TimePoint()));
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const double start = cpu();
    for (int i = 0; i < kTimes; ++i) {
      const std::size_t at = static_cast<std::size_t>(i) % texts.size();
      context.set(texts[at], views[at]);
      static_cast<void>(matcher.match(texts[at], &context));
    }
    best = std::min(best, cpu() - start);
  }
  return best / kTimes * 1e6;
}

}  // namespace
}  // namespace picket::bench

int main(int argc, char** argv) {
  using namespace picket;
  if (argc != 2) {
    fmt::print(stderr, "usage: bench_ocsf_rules FOLDER\n");
    return 2;
  }
  const auto registry = connector::make_registry();
  for (const auto& connector : registry->all())
    for (const auto& stream : connector->streams()) {
      const std::filesystem::path folder = std::filesystem::path(argv[1]) / stream.name;
      if (!std::filesystem::is_directory(folder)) continue;
      const auto texts = bench::records(folder);
      for (const auto& kind : bench::kKinds)
        fmt::print("{{\"stream\":\"{}\",\"rule\":\"{}\",\"us_an_event\":{:.3f}}}\n", stream.name, kind.name, bench::run(*connector, stream, texts, kind.detection));
    }
  return 0;
}
