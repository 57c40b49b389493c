#include "app/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace ingot::app {

Progress::Progress() : Progress(std::cerr, isatty(STDERR_FILENO) != 0) {}

void Progress::show(std::string const& line) {
    auto const now = std::chrono::steady_clock::now();
    if (!terminal_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    out_ << "\r\033[K" << line << std::flush;
    shown_ = true;
}

void Progress::clear() {
    if (shown_) out_ << "\r\033[K" << std::flush;
    shown_ = false;
}

std::string percent_of(uint64_t done, uint64_t whole) {
    if (whole == 0) return {};
    return std::to_string(std::min<uint64_t>(100, done * 100 / whole)) + " %";
}

}  // namespace ingot::app
