// The memory that the bodies of one session take, out of what all bodies in progress may take together. One thread
// uses an object; `held` is shared.
#pragma once

#include <atomic>
#include <cstddef>

namespace ingot::net {

class BodyRoom {
  public:
    BodyRoom(std::atomic<size_t>& held, size_t most) : held_(held), most_(most) {}
    ~BodyRoom() { release(); }
    BodyRoom(BodyRoom const&) = delete;
    BodyRoom& operator=(BodyRoom const&) = delete;

    // Grows to so many bytes; false, and nothing changed, when all together would hold too much.
    bool hold(size_t bytes) {
        if (bytes <= mine_) return true;
        size_t const more = bytes - mine_;
        if (held_.fetch_add(more, std::memory_order_relaxed) + more > most_) {
            held_.fetch_sub(more, std::memory_order_relaxed);
            return false;
        }
        mine_ = bytes;
        return true;
    }
    void release() {
        if (mine_ > 0) held_.fetch_sub(mine_, std::memory_order_relaxed);
        mine_ = 0;
    }

  private:
    std::atomic<size_t>& held_;
    size_t const most_;
    size_t mine_ = 0;
};

}  // namespace ingot::net
