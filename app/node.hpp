// The composition root: everything a node is made of, built once in dependency order and taken down in reverse.
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::app {

// What the configuration says about the store; reads the audit secret. Also sets the case rule of identifiers, so it
// comes before the first identifier is read.
Result<storage::StoreOptions> store_options(Config const& config);

class Node {
  public:
    // Opens the store, loads the registry, listens. Code::Config, StoreInUse, RefusedToOpen, StorageUnavailable.
    static Result<std::unique_ptr<Node>> start(Config config, Log& log, Clock& clock, Random& random);
    ~Node();
    Node(Node const&) = delete;
    Node& operator=(Node const&) = delete;

    std::string const& url() const;  // https://HOST:PORT, the port as opened
    // Certificates and keys are read again; running connections keep theirs. A bad file changes nothing.
    Result<void> reload();
    // Graceful stop (spec/security.md 16); returns when the store is closed.
    void stop();

  private:
    struct Parts;
    explicit Node(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace ingot::app
