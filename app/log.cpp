#include "app/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "api/json_guard.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

constexpr std::string_view kLevels[] = {"error", "warn", "info", "debug"};
constexpr uint32_t kRepeatsAMinute = 10;
constexpr size_t kRepeatsKept = 1024;
constexpr size_t kTextMax = 256;

// Writes all of it, waiting at most a second for a stuck reader; answers what could not be written.
std::string_view write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        pollfd wait{descriptor, POLLOUT, 0};
        if (poll(&wait, 1, 1000) <= 0) return bytes;
        ssize_t const size = write(descriptor, bytes.data(), std::min<size_t>(bytes.size(), 4096));
        if (size < 0) return bytes;
        bytes.remove_prefix(static_cast<size_t>(size));
    }
    return bytes;
}

// Probes and scrapes come every few seconds and say nothing new.
bool is_probe(std::string_view route) { return route == "/healthz" || route == "/readyz" || route == "/metrics"; }

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
    for (size_t i = 0; i < std::size(kLevels); ++i)
        if (kLevels[i] == text) return static_cast<Level>(i);
    return std::nullopt;
}

std::string log_member(std::string_view name, std::string_view text) {
    std::string out = ",\"" + std::string(name) + "\":";
    return out += api::json_quote(text.size() > kTextMax ? excerpt(text, kTextMax) : std::string(text));
}
std::string log_member(std::string_view name, int64_t number) {
    return ",\"" + std::string(name) + "\":" + std::to_string(number);
}

Log::Log(Options options, Clock const& clock)
    : options_(std::move(options)), clock_(clock), writer_([this] { write_lines(); }) {}

Log::~Log() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    ready_.notify_all();
    writer_.join();
}

void Log::put(Level level, std::string_view rest) {
    std::string line = "{\"ts\":\"" + format_time(clock_.now(), 3) + "\",\"level\":\"";
    line.append(kLevels[static_cast<size_t>(level)]).append("\"").append(rest).append("}\n");
    push(std::move(line));
}

void Log::push(std::string line) {
    {
        std::lock_guard lock(mutex_);
        if (lines_.size() >= options_.lines_max) {
            ++dropped_;
            return;
        }
        lines_.push_back(std::move(line));
    }
    ready_.notify_one();
}

void Log::event(Level level, std::string_view slug, std::string_view message, std::string_view members) {
    if (!writes(level)) return;
    std::string rest = log_member("event", slug);
    if (!message.empty()) rest += log_member("msg", message);
    if (!members.empty()) rest.append(members.front() == ',' ? "" : ",").append(members);
    uint64_t held_back = 0;
    bool const hold = repeated_too_often(rest, held_back);
    if (held_back > 0) put(Level::info, log_member("event", "repeated") + log_member("times", int64_t(held_back)));
    if (!hold) put(level, rest);
}

// A new minute tells how many lines the last one held back.
bool Log::repeated_too_often(std::string_view rest, uint64_t& held_back) {
    int64_t const minute = to_millis(clock_.now()) / 60'000;
    std::lock_guard lock(repeats_mutex_);
    if (minute != minute_ || repeats_.size() >= kRepeatsKept) {
        for (auto const& [hash, repeat] : repeats_) held_back += repeat.held_back;
        repeats_.clear();
        minute_ = minute;
    }
    Repeat& repeat = repeats_[std::hash<std::string_view>{}(rest)];
    if (repeat.written < kRepeatsAMinute) {
        ++repeat.written;
        return false;
    }
    ++repeat.held_back;
    return true;
}

void Log::access(api::AccessLine const& line) {
    Level const level = is_probe(line.route) ? Level::debug : line.status >= 500 ? Level::warn : Level::info;
    if (!writes(level)) return;
    std::string rest = log_member("msg", "request") + log_member("request", line.request_id);
    if (!line.client_request_id.empty()) rest += log_member("clientRequestId", line.client_request_id.substr(0, 64));
    if (!line.traceparent.empty()) rest += log_member("traceparent", line.traceparent.substr(0, 64));
    rest += log_member("route", line.route) + log_member("method", line.method);
    rest += log_member("status", int64_t{line.status}) + log_member("dur_us", int64_t{line.duration.count()});
    rest += log_member("bytes", static_cast<int64_t>(line.bytes)) + log_member("surface", name(line.surface));
    rest += log_member("address", line.address);
    if (!line.actor.empty()) rest += log_member("actor", line.actor);
    if (!line.code.empty()) rest += log_member("code", line.code);
    bool const whole = options_.identifiers == "full", hashed = options_.identifiers == "hash";
    if (!line.prefix.empty() && options_.identifiers != "none" && !hashed) rest += log_member("prefix", line.prefix);
    if (!line.prefix.empty() && (whole || hashed)) {
        std::string const identifier = std::string(line.prefix) + "/" + std::string(line.identifier);
        rest += log_member("identifier", whole ? identifier : to_hex(bytes_of(sha256(identifier))).substr(0, 16));
    }
    if (line.duration > std::chrono::milliseconds(500)) rest += log_member("queue_us", int64_t{line.queued.count()});
    put(level, rest);
}

void Log::write_lines() {
    bool torn = false;  // the last line written has no end: the next batch begins with one
    std::unique_lock lock(mutex_);
    while (true) {
        ready_.wait(lock, [this] { return stopping_ || !lines_.empty(); });
        if (lines_.empty()) return;
        std::string batch = torn ? "\n" : "";
        size_t const begin = batch.size();
        while (!lines_.empty() && batch.size() < 64 * 1024) {
            batch += lines_.front();
            lines_.pop_front();
        }
        bool const last = stopping_;
        lock.unlock();
        std::string_view const unwritten = write_all(options_.descriptor, batch);
        size_t const written = batch.size() - unwritten.size();
        torn = written < begin || (written > begin && batch[written - 1] != '\n');
        lock.lock();
        if (unwritten.empty()) continue;
        auto const lost = std::count(unwritten.begin(), unwritten.end(), '\n') - (written < begin ? 1 : 0);
        dropped_ += static_cast<uint64_t>(lost) + lines_.size();
        lines_.clear();
        if (last) return;
    }
}

}  // namespace ingot::app
