#include "http_client/tests/test_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/assert.h"

namespace picket::http_client {
namespace {

std::string pem_of(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  PICKET_ASSERT(extension != nullptr, "the test's extension is well formed");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* certificate(EVP_PKEY* key, const char* name, long serial, long from, long to) {
  X509* made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
  X509_gmtime_adj(X509_getm_notBefore(made), from);
  X509_gmtime_adj(X509_getm_notAfter(made), to);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return made;
}

}  // namespace

TestPki TestPki::make(const std::string& san, long from, long to) {
  EVP_PKEY* ca_key = EVP_EC_gen("P-256");
  static std::atomic<int> made{0};  // two authorities of one name would be told apart by their signature only
  X509* ca = certificate(ca_key, fmt::format("Test CA {}", ++made).c_str(), 1, -7200, 864000);
  X509_set_issuer_name(ca, X509_get_subject_name(ca));
  add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(ca, ca_key, EVP_sha256());
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* leaf = certificate(key, "test", 2, from, to);
  X509_set_issuer_name(leaf, X509_get_subject_name(ca));
  add_extension(leaf, ca, NID_subject_alt_name, san);
  X509_sign(leaf, ca_key, EVP_sha256());
  TestPki pki{pem_of(ca), pem_of(leaf), pem_of(key)};
  X509_free(ca);
  X509_free(leaf);
  EVP_PKEY_free(ca_key);
  EVP_PKEY_free(key);
  return pki;
}

std::string TestPki::write_ca_file() const {
  char path[] = "/tmp/picket-test-ca-XXXXXX";
  const int fd = mkstemp(path);
  PICKET_ASSERT(fd >= 0 && ::write(fd, ca_pem.data(), ca_pem.size()) == static_cast<ssize_t>(ca_pem.size()),
                "a temporary file");
  close(fd);
  return path;
}

Conn::~Conn() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  if (fd_ >= 0) close(fd_);
}

long Conn::read_some(char* data, std::size_t size) {
  while (!ending_) {
    if (ssl_ != nullptr && SSL_pending(ssl_) > 0) return SSL_read(ssl_, data, static_cast<int>(size));
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, 50) <= 0) continue;
    return ssl_ != nullptr ? SSL_read(ssl_, data, static_cast<int>(size)) : recv(fd_, data, size, 0);
  }
  return 0;
}

std::string Conn::read_request() {
  char chunk[16384];
  while (true) {
    if (const auto end = buffer_.find("\r\n\r\n"); end != std::string::npos) {
      std::size_t length = 0;
      if (const auto at = buffer_.find("Content-Length: "); at != std::string::npos && at < end)
        length = std::strtoul(buffer_.c_str() + at + 16, nullptr, 10);
      if (buffer_.size() >= end + 4 + length) {
        std::string request = buffer_.substr(0, end + 4 + length);
        buffer_.erase(0, end + 4 + length);
        return request;
      }
    }
    const long n = read_some(chunk, sizeof chunk);
    if (n <= 0) return "";
    buffer_.append(chunk, static_cast<std::size_t>(n));
  }
}

bool Conn::write(std::string_view bytes) {
  while (!bytes.empty() && !ending_) {
    pollfd wait{fd_, POLLOUT, 0};
    if (poll(&wait, 1, 50) <= 0) continue;
    const std::size_t size = std::min<std::size_t>(bytes.size(), 64 << 10);
    const long n = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(size))
                                   : ::send(fd_, bytes.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return bytes.empty();
}

bool Conn::answer(int status, std::string_view body, std::string_view extra_headers) {
  return write(fmt::format("HTTP/1.1 {} Text\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                           extra_headers, body));
}

void Conn::reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  if (ssl_ != nullptr) SSL_free(std::exchange(ssl_, nullptr));
  close(std::exchange(fd_, -1));
}

void Conn::hang() {
  char byte;
  while (read_some(&byte, 1) > 0) {
  }
}

TestServer::TestServer(Handler handler, const TestPki* pki, bool complete_handshake)
    : handler_(std::move(handler)), complete_handshake_(complete_handshake) {
  signal(SIGPIPE, SIG_IGN);
  if (pki != nullptr) {
    context_ = SSL_CTX_new(TLS_server_method());
    BIO* bio = BIO_new_mem_buf(pki->leaf_pem.data(), -1);
    X509* leaf = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    bio = BIO_new_mem_buf(pki->leaf_key_pem.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    SSL_CTX_use_certificate(context_, leaf);
    SSL_CTX_use_PrivateKey(context_, key);
    X509_free(leaf);
    EVP_PKEY_free(key);
  }
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  PICKET_ASSERT(
      bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && listen(fd_, 512) == 0,
      "loopback listens");
  socklen_t length = sizeof address;
  getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

TestServer::~TestServer() {
  ending_ = true;
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  close(fd_);
  if (context_ != nullptr) SSL_CTX_free(context_);
}

void TestServer::accept_loop() {
  while (!ending_) {
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, 50) <= 0) continue;
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    threads_.emplace_back([this, fd] {
      SSL* ssl = nullptr;
      if (context_ != nullptr && complete_handshake_) {
        ssl = SSL_new(context_);
        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) != 1) {
          SSL_free(ssl);
          close(fd);
          return;
        }
      }
      Conn conn(fd, ssl, ending_);
      handler_(conn);
    });
  }
}

std::string TestServer::url(std::string_view path) const {
  return fmt::format("{}://127.0.0.1:{}{}", context_ != nullptr ? "https" : "http", port_, path);
}

TestServer::Handler always(int status, std::string body, std::string extra_headers) {
  return [=](Conn& conn) {
    while (!conn.read_request().empty() && conn.answer(status, body, extra_headers)) {
    }
  };
}

}  // namespace picket::http_client
