#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"

namespace picket::http_server::testing {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  bool whole = false;  ///< the body ended as its framing says
};

/// A blocking client that sends whatever bytes a test wants. Every wait ends after five seconds.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port, bool tls = false, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (connected_ && tls) start_tls();
  }
  ~TestClient() {
    if (ssl_ != nullptr) SSL_free(ssl_);
    if (context_ != nullptr) SSL_CTX_free(context_);
    if (fd_ >= 0) ::close(fd_);
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }
  const char* tls_version() const { return ssl_ != nullptr ? SSL_get_version(ssl_) : ""; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                        : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  /// Reads more; false at the end, on a reset or after `patience`.
  bool more(std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    if (ssl_ == nullptr || SSL_pending(ssl_) == 0) {
      pollfd waiting{fd_, POLLIN, 0};
      if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
    }
    char buffer[64 * 1024];
    const auto got =
        ssl_ != nullptr ? SSL_read(ssl_, buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      ended_ = true;
      reset_ = got < 0;
      return false;
    }
    in_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  /// Whether the server has ended the connection (waits for it).
  bool ended() {
    while (more()) {
    }
    return ended_;
  }
  bool reset() const { return reset_; }
  std::string& buffer() { return in_; }
  bool wait_for(std::string_view text) {
    while (in_.find(text) == std::string::npos)
      if (!more()) return false;
    return true;
  }

  Answer read_answer(bool head_only = false) {
    Answer answer;
    std::size_t end;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return answer;
    read_head(answer, in_.substr(0, end + 2));
    in_.erase(0, end + 4);
    if (head_only || answer.status == 204 || answer.status == 304 || answer.status == 100)
      answer.whole = true;
    else if (answer.headers.contains("content-length"))
      answer.whole =
          read_exactly(std::strtoull(answer.headers["content-length"].c_str(), nullptr, 10), answer.body);
    else if (answer.headers["transfer-encoding"] == "chunked")
      answer.whole = read_chunks(answer.body);
    else
      answer.whole = ended(), answer.body = std::exchange(in_, {});
    return answer;
  }
  Answer get(const std::string& target, const std::string& headers = {}) {
    send("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    return read_answer();
  }

 private:
  void start_tls() {
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    connected_ = SSL_connect(ssl_) == 1;
  }
  static void read_head(Answer& answer, std::string_view head) {
    answer.status = std::atoi(std::string(head.substr(9, 3)).c_str());
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      const auto end = head.find("\r\n");
      const auto line = head.substr(0, end);
      const auto colon = line.find(':');
      if (colon != std::string_view::npos)
        answer.headers[to_lower(line.substr(0, colon))] = std::string(trim(line.substr(colon + 1)));
      head.remove_prefix(end + 2);
    }
  }
  bool read_exactly(std::size_t size, std::string& out) {
    while (in_.size() < size)
      if (!more()) return false;
    out = in_.substr(0, size);
    in_.erase(0, size);
    return true;
  }
  bool read_chunks(std::string& out) {
    for (;;) {
      std::size_t end;
      while ((end = in_.find("\r\n")) == std::string::npos)
        if (!more()) return false;
      const std::size_t size = std::strtoull(in_.substr(0, end).c_str(), nullptr, 16);
      in_.erase(0, end + 2);
      std::string piece;
      if (!read_exactly(size + 2, piece)) return false;
      out.append(piece, 0, size);
      if (size == 0) return true;
    }
  }

  int fd_ = -1;
  bool connected_ = false;
  bool ended_ = false;
  bool reset_ = false;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  std::string in_;
};

}  // namespace picket::http_server::testing
