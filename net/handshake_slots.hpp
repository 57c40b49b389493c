// Who may be in a TLS handshake at the same time (spec/security.md 10): so many in all, an eighth of them from one
// address, so that one that stalls leaves room for others. Who finds no slot waits; addresses take turns. One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace ingot::net {

class Session;

class HandshakeSlots {
  public:
    explicit HandshakeSlots(size_t most)
        : most_(std::max<size_t>(1, most)), most_of_address_(std::max<size_t>(1, most / 8)) {}

    // True: the slot is taken, give_back() must follow. False: `session` waits for next().
    bool take(std::string const& address, std::weak_ptr<Session> session) {
        Lane& lane = lanes_[address];
        if (taken_ < most_ && lane.taken < most_of_address_ && lane.waiting.empty()) {
            ++taken_;
            ++lane.taken;
            return true;
        }
        if (lane.waiting.empty()) turns_.push_back(address);
        lane.waiting.push_back(std::move(session));
        return false;
    }

    void give_back(std::string const& address) {
        auto found = lanes_.find(address);
        --taken_;
        --found->second.taken;
        if (found->second.taken == 0 && found->second.waiting.empty()) lanes_.erase(found);
    }

    // Whose turn it is, its slot taken; null when nobody waits that may begin.
    std::shared_ptr<Session> next() {
        for (size_t tries = turns_.size(); tries > 0 && taken_ < most_; --tries) {
            std::string const address = std::move(turns_.front());
            turns_.pop_front();
            Lane& lane = lanes_[address];
            auto session = lane.taken < most_of_address_ ? first_alive(lane) : nullptr;
            if (session) {
                ++taken_;
                ++lane.taken;
            }
            if (!lane.waiting.empty())
                turns_.push_back(address);
            else if (lane.taken == 0)
                lanes_.erase(address);
            if (session) return session;
        }
        return nullptr;
    }

    bool anyone_waits() const { return !turns_.empty(); }

  private:
    struct Lane {
        size_t taken = 0;
        std::deque<std::weak_ptr<Session>> waiting;
    };

    static std::shared_ptr<Session> first_alive(Lane& lane) {
        std::shared_ptr<Session> session;
        while (!session && !lane.waiting.empty()) {
            session = lane.waiting.front().lock();
            lane.waiting.pop_front();
        }
        return session;
    }

    size_t const most_, most_of_address_;
    size_t taken_ = 0;
    std::unordered_map<std::string, Lane> lanes_;  // of connected addresses that shake hands or wait
    std::deque<std::string> turns_;                // addresses with somebody waiting
};

}  // namespace ingot::net
