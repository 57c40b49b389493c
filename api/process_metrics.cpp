#include "api/process_metrics.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ingot::api {
namespace {

// Fields of /proc/self/stat after the command name, from field 3 ("state") on.
std::vector<std::string> stat_fields() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    size_t const after_name = line.rfind(')');
    std::vector<std::string> fields;
    if (after_name == std::string::npos) return fields;
    std::istringstream rest(line.substr(after_name + 1));
    for (std::string field; rest >> field;) fields.push_back(field);
    return fields;
}

double boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;) {
        double value = 0;
        if (word == "btime" && file >> value) return value;
    }
    return 0;
}

uint64_t open_descriptors() {
    DIR* folder = opendir("/proc/self/fd");
    if (!folder) return 0;
    uint64_t count = 0;
    while (readdir(folder)) ++count;
    closedir(folder);
    return count > 3 ? count - 3 : 0;  // ".", ".." and the folder itself
}

}  // namespace

void write_process_metrics(MetricsText& text) {
    auto const fields = stat_fields();
    auto const ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    auto field = [&](size_t number) { return number - 3 < fields.size() ? std::stod(fields[number - 3]) : 0.0; };
    text.family("process_cpu_seconds_total", "counter", "User and system CPU time.");
    text.sample({}, (field(14) + field(15)) / ticks);
    text.family("process_start_time_seconds", "gauge", "Start, Unix time.");
    text.sample({}, boot_time() + field(22) / ticks);
    text.family("process_virtual_memory_bytes", "gauge", "Virtual memory.");
    text.sample({}, field(23));
    text.family("process_resident_memory_bytes", "gauge", "Resident memory.");
    text.sample({}, field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    text.family("process_threads", "gauge", "Threads.");
    text.sample({}, field(20));
    text.family("process_open_fds", "gauge", "Open file descriptors.");
    text.sample({}, open_descriptors());
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    text.family("process_max_fds", "gauge", "Limit of file descriptors.");
    text.sample({}, static_cast<uint64_t>(limit.rlim_cur));
}

}  // namespace ingot::api
