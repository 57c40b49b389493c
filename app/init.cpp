#include "app/init.hpp"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/config.hpp"
#include "app/node.hpp"
#include "base/encoding.hpp"
#include "certs/development_ca.hpp"
#include "certs/key_files.hpp"
#include "net/listener.hpp"
#include "registry/registry.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::app {
namespace {

namespace fs = std::filesystem;
constexpr size_t kSecretBytes = 32;

Result<void> check_name(std::string const& name) {
    in6_addr address{};
    if (inet_pton(AF_INET6, name.c_str(), &address) == 1) return {};
    bool fine = !name.empty() && name.size() <= 253;
    size_t label = 0;
    for (char const c : name + '.') {
        bool const ends = c == '.';
        fine = fine && (ends ? label > 0 && label <= 63 : isalnum(static_cast<unsigned char>(c)) || c == '-');
        label = ends ? 0 : label + 1;
    }
    if (fine) return {};
    return fail(Code::Config,
                "--name " + excerpt(name) + " is no host name or address (without port), e.g. node.example",
                "--name 应为主机名或地址（不带端口），例如 node.example");
}

Result<void> check_listen(std::string const& listen) {
    if (net::ListenAddress::parse(listen)) return {};
    return fail(Code::Config, "--listen " + excerpt(listen) + " is not ADDR:PORT, e.g. 127.0.0.1:8443 or [::]:8443",
                "--listen 应为 地址:端口，例如 127.0.0.1:8443");
}

Result<void> make_folder(fs::path const& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (!error) fs::permissions(path, fs::perms::owner_all, error);
    if (!error) return {};
    return fail(Code::Config, path.string() + ": " + error.message(), path.string() + "：" + error.message());
}

std::string toml_text(std::string const& text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

std::string config_text(InitOptions const& options, fs::path const& data) {
    std::string const port = options.listen.substr(options.listen.rfind(':') + 1);
    std::string const suffix = port == "0" || port == "443" ? "" : ":" + port;
    return "# Made by `ingot init`. Every key: docs/operating.md.\n"
           "env = \"development\"  # the certificates below are a development CA's\n\n"
           "[node]\nname = " +
           toml_text(options.name) +
           "\n\n"
           "[listen]\nhttps = [" +
           toml_text(options.listen) +
           "]\n\n"
           "[tls]\ncert_file = " +
           toml_text((data / "pki/server.pem").string()) +
           "\n"
           "key_file = " +
           toml_text((data / "pki/server.key").string()) +
           "\n"
           "ca_file = " +
           toml_text((data / "pki/ca.pem").string()) +
           "\n\n"
           "[secrets]\ndir = " +
           toml_text((data / "secrets").string()) +
           "\n\n"
           "[storage]\ndir = " +
           toml_text(data.string()) +
           "\n\n"
           "[log]\norigin = " +
           toml_text(options.name + suffix + "/v1/log") + "\n";
}

Result<void> write_secrets(fs::path const& folder, Random& random) {
    for (char const* name : {"pepper", "cursor", "audit", "node"})
        if (auto fine = certs::write_new_file((folder / name).string(), random.bytes(kSecretBytes), 0600); !fine)
            return fine;
    return {};
}

// The store with its first administrator, whose key is written beside the secrets.
Result<void> make_store(std::string const& config_file, fs::path const& key_file, Clock& clock, Random& random) {
    auto config = load_config(config_file);
    if (!config) return fail(config.error());
    auto pepper = read_secret(config->secrets_dir, "pepper");
    if (!pepper) return fail(pepper.error());
    auto options = store_options(*config);
    if (!options) return fail(options.error());
    auto engine = storage::open_store(std::move(*options), clock, random);
    if (!engine) return fail(engine.error());
    registry::Registry registry(**engine, clock, random, std::move(*pepper));
    if (auto fine = registry.load(); !fine) return fine;
    auto key = registry.initialise("admin");
    if (!key) return fail(key.error());
    return certs::write_new_file(key_file.string(), *key + "\n", 0600);
}

}  // namespace

Result<InitResult> init_node(InitOptions const& options, Clock& clock, Random& random) {
    if (auto fine = check_name(options.name); !fine) return fail(fine.error());
    if (auto fine = check_listen(options.listen); !fine) return fail(fine.error());
    std::error_code error;
    fs::path const data = fs::absolute(options.data_dir, error).lexically_normal();
    if (fs::exists(data, error) && (!fs::is_directory(data, error) || !fs::is_empty(data, error)))
        return fail(Code::Exists, data.string() + " is there already and not empty; nothing was changed",
                    data.string() + " 已存在且不为空，未做任何更改");
    for (auto const& folder : {data, data / "secrets"})
        if (auto fine = make_folder(folder); !fine) return fail(fine.error());
    auto pki = certs::make_development_pki((data / "pki").string(), {options.name}, clock, random);
    if (!pki) return fail(pki.error());
    if (auto fine = write_secrets(data / "secrets", random); !fine) return fail(fine.error());
    InitResult result{(data / "ingot.toml").string(), pki->ca_file, (data / "secrets/admin.key").string()};
    auto written = certs::write_new_file(result.config_file, config_text(options, data), 0644);
    if (!written) return fail(written.error());
    if (auto fine = make_store(result.config_file, result.admin_key_file, clock, random); !fine)
        return fail(fine.error());
    return result;
}

Result<std::string> read_secret(std::string const& secrets_dir, std::string const& name) {
    std::string const path = secrets_dir + "/" + name;
    struct stat status {};
    if (stat(path.c_str(), &status) != 0)
        return fail(Code::Config, path + ": the secret is missing; `ingot init` makes it", path + "：缺少密钥文件");
    if ((status.st_mode & 077) != 0)
        return fail(Code::Config, path + ": readable by others; chmod 600", path + "：他人可读，请 chmod 600");
    std::ifstream file(path, std::ios::binary);
    std::string secret(std::istreambuf_iterator<char>(file), {});
    if (secret.size() < kSecretBytes)
        return fail(Code::Config, path + ": shorter than 32 bytes", path + "：不足 32 字节");
    return secret;
}

}  // namespace ingot::app
