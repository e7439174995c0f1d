#pragma once

#include <string>
#include <string_view>

struct sockaddr;

namespace picket::http_client {

/// Whether an address may be called without the administrator's word: a unicast address of the public
/// internet. Not public: this machine, private and shared (CGNAT) networks, link-local, multicast,
/// documentation and benchmark ranges, and everything that carries an IPv4 address inside an IPv6 one
/// (mapped, NAT64, 6to4, Teredo), since that would be a way around the rule. Source: the IANA special-purpose
/// address registries.
bool is_public_address(const sockaddr* address);
/// The same for a numeric address in text form; false when it is none.
bool is_public_address(std::string_view text);
bool is_loopback(std::string_view text);  ///< also the name "localhost"

std::string address_text(const sockaddr* address);

}  // namespace picket::http_client
