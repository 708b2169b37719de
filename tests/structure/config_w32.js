// What config.w32 finds when PHP's configure.js for Windows runs it, as far as it
// uses it; each call is told in a line of fields with tabs between. ECMAScript 3,
// so that JScript runs it, too. build_scripts.py puts values before it and
// config.w32 behind it.

function say() {
	var fields = [];
	for (var i = 0; i < arguments.length; i++) {
		fields[i] = String(arguments[i]);
	}
	if (typeof WScript == 'undefined') {
		console.log(fields.join('\t'));
	} else {
		WScript.Echo(fields.join('\t'));
	}
}

function option(kind, name, standard) {
	var symbol = 'PHP_' + name.toUpperCase().replace(/-/g, '_');
	var value = given[name] === undefined ? standard : given[name];
	say('option', kind, name, standard);
	// Words that the options of PHP itself have, too.
	globals[symbol + '_SHARED'] = value == 'shared';
	globals[symbol] = value == 'shared' ? 'yes' : value;
}

function ARG_ENABLE(name, help, standard) {
	option('enable', name, standard);
}

function ARG_WITH(name, help, standard) {
	option('with', name, standard);
}

function EXTENSION(name, files, shared, cflags) {
	say('extension', name, shared);
	var list = files.split(/\s+/);
	for (var i = 0; i < list.length; i++) {
		say('source', list[i]);
	}
	ADD_FLAG('CFLAGS_' + name.toUpperCase(), cflags);
}

function ADD_FLAG(name, flags) {
	say('flag', name, flags);
}

function ADD_EXTENSION_DEP(name, other) {
	say('dep', name, other);
}

function CHECK_HEADER_ADD_INCLUDE(header, flag, path) {
	say('header', header, flag, path);
	return found.header;
}

function CHECK_LIB(name, target, path) {
	say('library', name, target, path);
	return found.library;
}

function ERROR(text) {
	say('error', text);
	throw new Error('configure ends here');
}
