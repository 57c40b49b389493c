#include "certs/ticket_keys.hpp"

#include <openssl/crypto.h>

#include <cstring>

namespace ingot::certs {

TicketKeys::TicketKeys(Clock& clock, Random& random) : clock_(clock), random_(random), current_(make()) {}

TicketKeys::~TicketKeys() {
    OPENSSL_cleanse(&current_, sizeof current_);
    if (previous_) OPENSSL_cleanse(&*previous_, sizeof *previous_);
}

TicketKey TicketKeys::make() {
    TicketKey key;
    random_.fill(key.name.data(), key.name.size());
    random_.fill(key.cipher_key.data(), key.cipher_key.size());
    random_.fill(key.mac_key.data(), key.mac_key.size());
    key.made = clock_.steady();
    return key;
}

void TicketKeys::rotate_if_due() {
    Steady now = clock_.steady();
    if (now - current_.made >= kLifetime) {
        previous_ = current_;
        current_ = make();
    }
    if (previous_ && now - previous_->made >= 2 * kLifetime) previous_.reset();
}

TicketKey TicketKeys::current() {
    std::lock_guard lock(mutex_);
    rotate_if_due();
    return current_;
}

std::optional<TicketKeys::Found> TicketKeys::find(unsigned char const* name16) {
    std::lock_guard lock(mutex_);
    rotate_if_due();
    if (std::memcmp(current_.name.data(), name16, current_.name.size()) == 0) return Found{current_, false};
    if (previous_ && std::memcmp(previous_->name.data(), name16, previous_->name.size()) == 0)
        return Found{*previous_, true};
    return std::nullopt;
}

std::array<uint8_t, 16> TicketKeys::make_iv() {
    std::array<uint8_t, 16> iv{};
    std::lock_guard lock(mutex_);
    random_.fill(iv.data(), iv.size());
    return iv;
}

}  // namespace ingot::certs
