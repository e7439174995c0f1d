#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "connector/connector.h"

namespace picket::onepassword {

/// What the vendor itself says in an error body, of either shape: `{"Error":{"Message":…}}` or
/// `{"status":…,"message":…}`. Empty when there is nothing to quote: unreadable, long, not plain ASCII, or
/// resembling a credential.
std::string vendor_message(std::string_view body);

/// The error for an answer other than 200, `kUnauthorized` and so on (connector/http_answer.h), with
/// 1Password's words.
Error status_error(const http_client::Response& response, TimePoint now);

/// Place: one stream of one device. Threads: one at a time. Failure: as StreamReader.
class Reader final : public connector::StreamReader {
 public:
  Reader(std::string server, std::string stream, crypto::Secret token, const Clock& clock);

  Result<http_client::Request> request(const std::optional<connector::Cursor>& cursor,
                                       TimePoint since) override;
  Result<connector::Page> read(http_client::Response response) override;

 private:
  Result<connector::Page> read_page(http_client::Response response);
  /// A list that is null or missing is empty, as some servers spell it, or lost. Its bookmark would lead past
  /// what was lost, so it is taken only when the answer stays the same.
  bool trusts_list(bool has_list);
  /// Whether to go on after a page that says there is more. Ends rounds that lead nowhere.
  bool goes_on(const connector::Page& page, std::string& warning);

  const std::string url_;
  const crypto::Secret token_;
  const Clock& clock_;
  std::optional<connector::Cursor> sent_;  ///< what the last request carried
  std::vector<std::size_t> seen_;          ///< hashes of the cursors of this round
  int standing_still_ = 0;                 ///< pages in a row with "more" and the cursor that was sent
  int without_list_ = 0;                   ///< pages in a row without a list of events
};

/// Common parts of a request to 1Password; the token goes only into `secret_headers`.
http_client::Request base_request(std::string url, const crypto::Secret& token);

}  // namespace picket::onepassword
