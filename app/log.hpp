// The node's log: one JSON object a line (spec/operations.md 4). Callers never wait: lines go through a bounded queue
// to one writing thread; what does not fit is dropped and counted. Equal events are written at most ten times a minute.
// Secrets, query strings, bodies and raw paths never come here. Thread safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "api/dispatcher.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace ingot::app {

enum class Level : uint8_t { error, warn, info, debug };
std::optional<Level> parse_level(std::string_view text);

class Log {
  public:
    struct Options {
        Level level = Level::info;
        std::string identifiers = "prefix";  // none, prefix, hash, full
        int descriptor = 2;                  // stderr
        size_t lines_max = 8192;             // waiting to be written
    };
    Log(Options options, Clock const& clock);
    ~Log();  // writes what is left, for at most a second
    Log(Log const&) = delete;
    Log& operator=(Log const&) = delete;

    bool writes(Level level) const { return level <= options_.level; }
    // `members`: the inside of a JSON object, already escaped; may be empty.
    void event(Level level, std::string_view slug, std::string_view message, std::string_view members = {});
    void access(api::AccessLine const& line);
    uint64_t dropped() const { return dropped_; }

  private:
    void put(Level level, std::string_view rest);
    void push(std::string line);
    bool repeated_too_often(std::string_view rest, uint64_t& held_back);
    void write_lines();

    Options options_;
    Clock const& clock_;
    std::atomic<uint64_t> dropped_{0};
    std::mutex repeats_mutex_;  // guards repeats_ and minute_
    struct Repeat {
        uint32_t written = 0, held_back = 0;
        std::string sample;
    };
    std::unordered_map<size_t, Repeat> repeats_;
    int64_t minute_ = 0;
    std::mutex mutex_;  // guards lines_ and stopping_
    std::condition_variable ready_;
    std::deque<std::string> lines_;
    bool stopping_ = false;
    std::thread writer_;
};

// ,"name":"text" with the text escaped and cut to 256 characters; ,"name":number.
std::string log_member(std::string_view name, std::string_view text);
std::string log_member(std::string_view name, int64_t number);

}  // namespace ingot::app
