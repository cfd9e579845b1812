package org.elasticsearch.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.ClassPathPlugins;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/**
 * One node of Elasticsearch out of its jars, for tests: {@code LocalNode <home> <http port>}. It listens on the loopback address,
 * keeps its data under home, and ends in order when it is told to. It is ready when /_cluster/health answers.
 *
 * <p>It stands in Elasticsearch's own package, because a node that takes plugins from elsewhere is made by what is visible there only.
 */
public final class LocalNode extends Node {
  private LocalNode(Environment environment) {
    super(NodeConstruction.prepareConstruction(environment, noBundles(), new FromClassPath(environment), true));
  }

  public static void main(String[] args) throws Exception {
    var home = Path.of(args[0]).toAbsolutePath();
    var config = Files.createDirectories(home.resolve("config"));
    var settings =
        Settings.builder()
            .put("path.home", home.toString())
            .put("node.name", "local")
            .put("cluster.name", "tuodi-test")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", args[1])
            .put("transport.port", "0")
            // A disk that is nearly full must not make an index read-only in the middle of a test.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    LogConfigurator.configureWithoutConfig(settings);
    var node = new LocalNode(new Environment(settings, config));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    new CountDownLatch(1).await();
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (IOException error) {
      System.err.println("the node did not close in order: " + error);
    }
  }

  private static PluginsLoader noBundles() {
    return PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false);
  }

  private static final class FromClassPath extends NodeServiceProvider {
    private final Path config;

    FromClassPath(Environment environment) {
      config = environment.configDir();
    }

    @Override
    PluginsService newPluginService(Environment initial, PluginsLoader none) {
      return new ClassPathPlugins(initial.settings(), config, Netty4Plugin.class);
    }
  }
}
