// How many connections each address has, and all together. One IPv6 subscriber owns a /64, so that counts as one
// address (spec/security.md 5). Thread safe.
#pragma once

#include <arpa/inet.h>

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace ingot::net {

class ConnectionCounts {
  public:
    ConnectionCounts(size_t total_max, size_t per_address_max)
        : total_max_(total_max), per_address_max_(per_address_max) {}

    // Counts one in and says whether it is within the limits; leave() must follow in any case.
    bool enter(std::string const& address, bool exempt) {
        std::lock_guard lock(mutex_);
        ++total_;
        size_t of_address = exempt ? 0 : ++by_address_[counted(address)];
        return total_ <= total_max_ && of_address <= per_address_max_;
    }

    void leave(std::string const& address, bool exempt) {
        std::lock_guard lock(mutex_);
        --total_;
        if (exempt) return;
        auto found = by_address_.find(counted(address));
        if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
    }

    // What is counted together: the address, of IPv6 its first 8 bytes.
    static std::string counted(std::string const& address) {
        in6_addr v6{};
        if (address.find(':') == std::string::npos || inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
        return {reinterpret_cast<char const*>(v6.s6_addr), 8};
    }

  private:
    size_t const total_max_;
    size_t const per_address_max_;
    std::mutex mutex_;  // guards the counts
    size_t total_ = 0;
    std::unordered_map<std::string, size_t> by_address_;  // bounded by total_max_ and the refusing reserve
};

}  // namespace ingot::net
