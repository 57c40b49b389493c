// Keys that seal TLS session tickets (spec/security.md 10): a new one every 12 hours, the previous one still opens.
// Shared by the contexts of one listener, so that a reload of certificates does not end resumption. Thread safe.
#pragma once

#include <array>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/crypto.hpp"

namespace ingot::certs {

struct TicketKey {
    std::array<uint8_t, 16> name{};
    std::array<uint8_t, 32> cipher_key{};  // AES-256-CBC
    std::array<uint8_t, 32> mac_key{};     // HMAC-SHA-256
    Steady made{};
};

class TicketKeys {
  public:
    static constexpr std::chrono::hours kLifetime{12};

    TicketKeys(Clock& clock, Random& random);
    ~TicketKeys();

    // The key to seal with; made anew when the last one is older than 12 hours.
    TicketKey current();

    struct Found {
        TicketKey key;
        bool renew = false;  // opened by the previous key: the client should get a new ticket
    };
    // The key of this name; nothing if it is unknown or too old.
    std::optional<Found> find(unsigned char const* name16);

    std::array<uint8_t, 16> make_iv();

  private:
    void rotate_if_due();  // under mutex_
    TicketKey make();

    Clock& clock_;
    Random& random_;
    std::mutex mutex_;  // guards the keys and random_
    TicketKey current_;
    std::optional<TicketKey> previous_;
};

}  // namespace ingot::certs
