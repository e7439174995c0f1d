#include "http_client/curl_error.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

namespace picket::http_client {
namespace {

std::string certificate_reason(const Failure& f) {
  if (f.detail.find("subject name") != std::string::npos) return "its certificate belongs to another name";
  switch (f.verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet; check the clock of this machine";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its certificate comes from an authority that is not trusted here; if your network inspects "
             "TLS, name its "
             "certificate with --ca-file";
    case X509_V_ERR_CERT_REVOKED:
      return "its certificate was revoked";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate belongs to another name";
    case X509_V_OK:
      return "its certificate could not be checked";
    default:
      return fmt::format("its certificate was refused ({})", X509_verify_cert_error_string(f.verify_result));
  }
}

Error tls(const Failure& f) {
  if (f.curl_code == CURLE_PEER_FAILED_VERIFICATION ||
      f.detail.find("certificate verify failed") != std::string::npos)
    return Error(ErrorKind::kTls, fmt::format("{} cannot be trusted: {}.", f.host, certificate_reason(f)));
  if (f.curl_code == CURLE_SSL_CACERT_BADFILE)
    return Error(ErrorKind::kTls, "The list of trusted certificates cannot be read.");
  return Error(ErrorKind::kTls,
               fmt::format("No encrypted connection with {} came about: the TLS handshake failed. Does "
                           "something between here and there, such as a proxy, answer in its place?",
                           f.host));
}

std::string connect_reason(int os_error) {
  switch (os_error) {
    case ECONNREFUSED:
      return "the connection was refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no route to it";
    case ECONNRESET:
      return "the connection was reset";
    case ETIMEDOUT:
      return "it does not answer";
    case EACCES:
    case EPERM:
      return "this machine's own firewall forbids it";
    case EMFILE:
    case ENFILE:
      return "this machine has no file descriptors left";
    default:
      return "no connection came about";
  }
}

Error connect(const Failure& f) {
  if (!f.blocked_address.empty())
    return Error(
        ErrorKind::kBlocked,
        fmt::format(
            "{} was not called: its address {} is not a public one. If that is right, the administrator of "
            "the server can allow it at start with --allow-device-server.",
            f.host, f.blocked_address));
  const std::string& to = f.proxy.empty() ? f.host : f.proxy;
  return Error(ErrorKind::kConnect,
               fmt::format("{}{} cannot be reached: {}. Is it allowed by your firewall?",
                           f.proxy.empty() ? "" : "The proxy ", to, connect_reason(f.os_error)));
}

Error cut(const Failure& f) {
  if (f.curl_code == CURLE_GOT_NOTHING || f.phase == Phase::kFirstByte)
    return Error(ErrorKind::kConnect, fmt::format("{} closed the connection without an answer.", f.host));
  return Error(ErrorKind::kConnect,
               fmt::format("{} cut the connection in the middle of its answer.", f.host));
}

}  // namespace

Error describe(const Failure& f) {
  switch (f.curl_code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error(
          ErrorKind::kDns,
          fmt::format("{} cannot be found: the name does not resolve. Check the address and the name "
                      "server (DNS) of this machine.",
                      f.host));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Error(ErrorKind::kDns,
                   fmt::format("The proxy {} cannot be found: its name does not resolve.", f.proxy));
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return connect(f);
    case CURLE_PROXY:
      return Error(ErrorKind::kConnect,
                   fmt::format("The proxy {} refused to connect to {}.", f.proxy, f.host));
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return tls(f);
    case CURLE_OPERATION_TIMEDOUT:
      return describe_timeout(f, std::chrono::milliseconds(0));
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (!f.proxy.empty() && f.phase < Phase::kTls)
        return Error(ErrorKind::kConnect,
                     fmt::format("The proxy {} refused to connect to {}.", f.proxy, f.host));
      return f.phase == Phase::kTls ? tls(f) : cut(f);
    case CURLE_OUT_OF_MEMORY:
      return Error(ErrorKind::kUnavailable, "This machine has no memory left for a request.");
    default:
      return Error(ErrorKind::kProtocol,
                   fmt::format("{} did not answer as a web server does. Is the address right, or does "
                               "something between here and there answer in its place?",
                               f.host));
  }
}

Error describe_timeout(const Failure& f, std::chrono::milliseconds limit) {
  const std::string after =
      limit.count() > 0 ? fmt::format(" within {} s", std::max<std::int64_t>(1, limit.count() / 1000)) : "";
  const std::string from = f.local_address.empty() ? "" : " from " + f.local_address;
  switch (f.phase) {
    case Phase::kQueue:
      return Error(ErrorKind::kTimeout,
                   fmt::format("The request to {} had no turn{}: too many others are open.", f.host, after));
    case Phase::kResolve:
      return Error(ErrorKind::kTimeout,
                   fmt::format("{} cannot be reached: the name server (DNS) did not answer{}.",
                               f.proxy.empty() ? f.host : f.proxy, after));
    case Phase::kConnect:
      return Error(ErrorKind::kTimeout,
                   fmt::format("{} cannot be reached{}: the connection timed out. Is it allowed by your "
                               "firewall?",
                               f.proxy.empty() ? f.host : "The proxy " + f.proxy, from));
    case Phase::kTls:
      return Error(
          ErrorKind::kTimeout,
          fmt::format("{} took the connection and then did not finish the TLS handshake{}.", f.host, after));
    case Phase::kFirstByte:
      return Error(ErrorKind::kTimeout,
                   fmt::format("{} took the request and did not answer{}.", f.host, after));
    case Phase::kBody:
      break;
  }
  return Error(ErrorKind::kTimeout,
               fmt::format("{} began to answer and did not finish in time{}.", f.host,
                           limit.count() > 0
                               ? fmt::format(" (limit {} s)", std::max<std::int64_t>(1, limit.count() / 1000))
                               : ""));
}

Error too_large(const std::string& host, std::size_t limit) {
  return Error(ErrorKind::kTooLarge,
               fmt::format("{} answered with more than {} bytes; the rest was not read.", host, limit));
}

Error blocked_url(const std::string& origin, const std::string& why) {
  return Error(
      ErrorKind::kBlocked,
      fmt::format("{} was not called: {}. The administrator of the server can allow it at start with "
                  "--allow-device-server.",
                  origin, why));
}

Error cancelled() {
  return Error(ErrorKind::kCancelled, "The request was stopped.");
}

}  // namespace picket::http_client
