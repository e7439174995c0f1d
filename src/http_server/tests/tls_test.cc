#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

#include "http_server/tests/server_fixture.h"

namespace picket::http_server::testing {
namespace {

class TlsTest : public ServerTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("picket-tls-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* cert = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME* name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_sign(cert, key, EVP_sha256());
    std::FILE* out = std::fopen((folder_ / "cert.pem").c_str(), "w");
    PEM_write_X509(out, cert);
    std::fclose(out);
    out = std::fopen((folder_ / "key.pem").c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    X509_free(cert);
    EVP_PKEY_free(key);
    ServerOptions options;
    options.tls_cert_file = folder_ / "cert.pem";
    options.tls_key_file = folder_ / "key.pem";
    options.limits.handshake = std::chrono::milliseconds(1500);
    start(options);
  }
  void TearDown() override {
    ServerTest::TearDown();
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path folder_;
};

TEST_F(TlsTest, ServesLargeBodiesKeepAliveAndStreams) {
  TestClient client(server_->port(), true);
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.get("/who/me").body, "me 127.0.0.1 https");
  EXPECT_EQ(client.get("/large").body, large_);
  client.send("POST /big-echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n" +
              std::string(3'000'000, 'b'));
  EXPECT_EQ(client.read_answer().body.size(), 3'000'000u);
  client.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
  auto streams = take_streams();
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(streams[0]->write_wait(std::string(10'000, 'q'), std::chrono::seconds(5)));
  streams.clear();
  EXPECT_EQ(client.read_answer().body.size(), 1'000'000u);
  EXPECT_TRUE(server_->base_url().starts_with("https://127.0.0.1:"));
}

TEST_F(TlsTest, CloseIsSaidProperly) {
  TestClient client(server_->port(), true);
  const auto answer = client.get("/hello", "Connection: close\r\n");
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(client.ended());
  EXPECT_FALSE(client.reset());
}

TEST_F(TlsTest, PlainTextAndSilenceOnATlsPortAreClosed) {
  TestClient plain(server_->port());
  plain.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(plain.ended());
  TestClient silent(server_->port());
  EXPECT_TRUE(silent.ended());
  TestClient good(server_->port(), true);
  EXPECT_EQ(good.get("/hello").status, 200);
}

TEST_F(TlsTest, OnlyModernVersions) {
  TestClient client(server_->port(), true);
  EXPECT_STREQ(client.tls_version(), "TLSv1.3");
}

TEST_F(TlsTest, StopsWithOpenConnections) {
  TestClient idle(server_->port(), true);
  EXPECT_EQ(idle.get("/hello").status, 200);
  const auto begin = std::chrono::steady_clock::now();
  server_->stop(std::chrono::milliseconds(300));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2000));
  EXPECT_TRUE(idle.ended());
}

}  // namespace
}  // namespace picket::http_server::testing
