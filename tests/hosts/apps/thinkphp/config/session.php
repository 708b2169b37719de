<?php

return ['type' => 'file', 'expire' => 1440];
