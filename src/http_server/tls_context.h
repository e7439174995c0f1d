#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "base/result.h"

namespace picket::http_server {

/// TLS 1.2 and up, forward secret AEAD ciphers only, HTTP/1.1 by ALPN.
Status prepare_tls(boost::asio::ssl::context& context, const std::string& cert_file,
                   const std::string& key_file);

}  // namespace picket::http_server
