package org.elasticsearch.plugins;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Build;
import org.elasticsearch.common.settings.Settings;

/** Plugins that lie on the class path, where Elasticsearch looks for them in folders of its own. */
public final class ClassPathPlugins extends PluginsService {
  private final List<LoadedPlugin> found = new ArrayList<>();

  @SafeVarargs
  public ClassPathPlugins(Settings settings, Path config, Class<? extends Plugin>... kinds) {
    super(settings, config, PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false));
    for (var kind : kinds) {
      found.add(new LoadedPlugin(describe(kind.getName()), loadPlugin(kind, settings, config), kind.getClassLoader()));
    }
  }

  /** The superclass asks while it is still being built, when no field of ours exists. */
  @Override
  protected List<LoadedPlugin> plugins() {
    return found == null ? List.of() : found;
  }

  private static PluginDescriptor describe(String name) {
    var server = Build.current().version();
    return new PluginDescriptor(name, name, server, server, "21", name, null, List.of(), false, false, false, false, null);
  }
}
