#pragma once

#include <memory>

#include "connector/connector.h"

namespace picket::onepassword {

/// Records of the three streams as event views and OCSF documents.
/// Place: one a worker thread; the hot path, see bench/. Threads: one at a time. Failure: none; what cannot
/// be read comes back as `unreadable`.
class EventNormaliser final : public connector::Normaliser {
 public:
  EventNormaliser();
  ~EventNormaliser() override;

  void reset() override;
  model::EventView normalise(std::string_view stream, std::string_view record,
                             TimePoint received_at) override;
  Result<std::string> to_ocsf(std::string_view stream, std::string_view record) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The OCSF 1.8.0 document of a record that `view` was made from.
Result<std::string> ocsf_document(std::string_view stream, std::string_view record,
                                  const model::EventView& view);

}  // namespace picket::onepassword
