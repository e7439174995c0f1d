#include "http_server/tls_context.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace picket::http_server {
namespace {

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char kSpoken[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_length, kSpoken, sizeof kSpoken - 1, offered, offered_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

Status prepare_tls(boost::asio::ssl::context& context, const std::string& cert_file,
                   const std::string& key_file) {
  using Context = boost::asio::ssl::context;
  boost::system::error_code ec;
  context.set_options(Context::default_workarounds | Context::no_sslv2 | Context::no_sslv3 |
                          Context::no_tlsv1 | Context::no_tlsv1_1 | Context::no_compression,
                      ec);
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  context.use_certificate_chain_file(cert_file, ec);
  if (ec)
    return fail(ErrorKind::kTls,
                fmt::format("The TLS certificate file \"{}\" cannot be used: {}. It must hold a PEM "
                            "certificate, followed by its intermediate certificates.",
                            cert_file, ec.message()));
  context.use_private_key_file(key_file, Context::pem, ec);
  if (ec)
    return fail(ErrorKind::kTls, fmt::format("The TLS key file \"{}\" cannot be used: {}. It must hold the "
                                             "unencrypted PEM private key of the certificate.",
                                             key_file, ec.message()));
  return {};
}

}  // namespace picket::http_server
