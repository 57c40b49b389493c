// How far a long command has come: one line on stderr that is written over. A file or pipe gets nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace ingot::app {

class Progress {
  public:
    Progress();  // stderr, if it is a terminal
    Progress(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}
    ~Progress() { clear(); }
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    // At most ten times a second; what comes sooner is not shown.
    void show(std::string const& line);
    // Takes the line away, before other text is written.
    void clear();

  private:
    std::ostream& out_;
    bool terminal_, shown_ = false;
    std::chrono::steady_clock::time_point next_{};
};

// "43 %" of a whole that is not known to be empty; empty text when it is.
std::string percent_of(uint64_t done, uint64_t whole);

}  // namespace ingot::app
