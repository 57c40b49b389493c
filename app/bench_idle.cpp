#include <sys/resource.h>

#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "app/bench_commands.hpp"
#include "app/bench_process.hpp"
#include "net/client.hpp"

namespace ingot::app {

int bench_idle(int connections) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < rlim_t(connections) + 500) {
        std::cerr << "only " << limit.rlim_max << " descriptors are allowed here; measuring fewer connections\n";
        connections = int(limit.rlim_max) - 500;
    }
    ScratchFolder folder;
    auto node = BenchNode::start(
        folder.path(), "[limits]\nidle_time = \"10m\"\nconnections = 12000\nconnections_per_address = 12000\n");
    if (!node) return report(node.error());
    NodeAddress address = node->plant();
    std::vector<std::unique_ptr<net::Client>> clients;
    auto connect = [&] {
        auto client = std::make_unique<net::Client>(address.url, address.ca_file);
        auto answer = client->send("GET", "/healthz");
        if (!answer || answer->status != 200) return false;
        clients.push_back(std::move(client));
        return true;
    };
    for (int i = 0; i < 100; ++i)
        if (!connect()) return kUnreachable;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    uint64_t before = node->process().resident_bytes();
    for (int i = 0; i < connections; ++i)
        if (!connect()) {
            std::cerr << "connection " << i << " was refused\n";
            return kUnreachable;
        }
    std::this_thread::sleep_for(std::chrono::seconds(2));
    uint64_t after = node->process().resident_bytes();
    std::printf("%d idle TLS connections: %.1f KiB each in the node (goal at most 40)\n", connections,
                double(after - before) / 1024 / connections);
    return kDone;
}

}  // namespace ingot::app
